// The stage of the step: what is chosen, the function with the path on it, and the last step with its numbers.
import { usePreferences } from "../../app/preferences.tsx";
import { formatNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { Choice } from "../../widgets/choice.tsx";
import { NumberField } from "../../widgets/number-field.tsx";
import { Handle, Path, Plane } from "../../widgets/plane.tsx";
import type { FunctionName, StepPoint } from "./compute.ts";
import { HEIGHTS, NAMES, SAMPLES, type StepState, X } from "./state.ts";
import { text } from "./text.ts";

/** Step sizes worth a try: slowly, at once, to and fro, for ever, away. */
const TRIES = [0.1, 0.5, 0.9, 1, 1.1];

interface ControlsProps {
  readonly state: StepState;
  readonly onChange: (change: Partial<StepState>) => void;
}

export function Controls({ state, onChange }: ControlsProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  const { w, eta } = state;
  return (
    <>
      <div class="row end">
        <Choice
          {...{ label: t.function, value: state.q as FunctionName, options: NAMES }}
          nameOf={(option) => t.functions[option]}
          onChange={(option) => onChange({ q: option, t: 0 })}
        />
        <NumberField
          {...{ label: t.start, value: w, ...X, step: 0.1 }}
          onChange={(value) => onChange({ w: value })}
        />
        <NumberField
          {...{ label: t.eta, value: eta, min: 0.001, max: 3, step: 0.05, hasSlider: true, isLog: true }}
          onChange={(value) => onChange({ eta: value })}
        />
      </div>
      <div class="row">
        <span class="hint">{t.tries}</span>
        {TRIES.map((rate) => (
          <button
            key={rate}
            type="button"
            aria-pressed={eta === rate}
            onClick={() => onChange({ q: "square", eta: rate })}
          >
            {`η = ${formatNumber(rate, locale)}`}
          </button>
        ))}
      </div>
    </>
  );
}

interface DescentProps extends ControlsProps {
  /** The function at equal distances, and the path as far as it is shown. */
  readonly curve: readonly number[];
  readonly shown: readonly StepPoint[];
}

/** The function, the path on it, and the start to drag. */
export function Descent({ state, curve, shown, onChange }: DescentProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  const [start, last] = [shown[0], shown.at(-1)];
  const format = (value: number | undefined): string =>
    value === undefined ? "" : formatNumber(value, locale);
  const sampled = curve.map((y, i) => ({ x: X.min + ((X.max - X.min) * i) / (SAMPLES - 1), y }));
  const path = shown.map((point) => ({ x: point.w, y: point.value }));
  return (
    <Plane
      {...{ x: X, y: HEIGHTS[state.q as FunctionName], xLabel: "w", yLabel: "Q(w)" }}
      label={t.plot(format(last?.w), format(last?.value))}
      onPick={({ x }) => onChange({ w: Number(x.toFixed(2)), t: 0 })}
    >
      {(frame) => (
        <>
          <Path {...{ frame, points: sampled, colour: "var(--line-strong)", hasDots: false }} />
          <Path {...{ frame, points: path, colour: "var(--negative)" }} />
          {start && (
            <Handle
              {...{ frame, at: { x: state.w, y: start.value }, label: t.handle, step: 0.1 }}
              isHorizontal
              onMove={({ x }) => onChange({ w: Number(x.toFixed(2)) })}
            />
          )}
        </>
      )}
    </Plane>
  );
}
