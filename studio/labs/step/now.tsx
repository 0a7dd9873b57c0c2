// The last step of the path: the rule with its numbers put in, where it has led, and what becomes of the path.
import { usePreferences } from "../../app/preferences.tsx";
import { formatNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { Prose, texNumber } from "../../widgets/tex.tsx";
import { Value } from "../../widgets/value.tsx";
import type { FunctionName, StepPoint } from "./compute.ts";
import { FORMULAS } from "./formulas.ts";
import type { StepState } from "./state.ts";
import { text } from "./text.ts";

type Fate = keyof typeof text.en.fate;

/** What the path has come to, judged by its last points. */
function fateOf(path: readonly StepPoint[]): Fate {
  const [before, last] = [path.at(-2), path.at(-1)];
  if (last === undefined || before === undefined) return "descends";
  if (Math.abs(last.slope) < 1e-6) return "landed";
  const [first, second] = [Math.abs(before.w), Math.abs(last.w)];
  if (Math.sign(before.w) !== Math.sign(last.w) && Math.abs(first - second) < 1e-6 * first)
    return "oscillates";
  return last.value > before.value ? "diverges" : "descends";
}

interface NowProps {
  readonly state: StepState;
  /** The path as far as it is shown. */
  readonly shown: readonly StepPoint[];
  readonly isRunning: boolean;
}

export function Now({ state, shown, isRunning }: NowProps) {
  const t = useText(text);
  const { t: steps, eta, w } = state;
  return (
    <div>
      <p class="live-formula">
        <Prose text={t.formulas[state.q as FunctionName]} />
      </p>
      <p class="live-formula">
        <Prose text={t.rule} />
      </p>
      <p class="live-formula">
        <Filled from={shown[steps - 1]} to={shown.at(-1)} {...{ steps, eta, w }} />
      </p>
      {shown.length > 0 && (
        <div aria-live={isRunning ? "off" : "polite"} data-testid="now">
          <Reached {...{ state, shown }} />
          <p>
            <strong>{t.fate[fateOf(shown)]}</strong>
          </p>
        </div>
      )}
    </div>
  );
}

/** The numbers of the last point, each with its formula. */
function Reached({ state, shown }: Pick<NowProps, "state" | "shown">) {
  const t = useText(text);
  const { locale } = usePreferences();
  const { t: steps, eta } = state;
  const { value, slope } = FORMULAS[state.q as FunctionName];
  const tex = (number: number, isFactor = false): string =>
    texNumber(formatNumber(number, locale), { isFactor });
  const [from, to, last] = [shown[steps - 1], shown[steps], shown.at(-1)!];
  const stepTex =
    from === undefined || to === undefined
      ? `w^{0} = ${tex(state.w)}`
      : `w^{${steps}} = ${tex(from.w)} - ${tex(eta)}\\cdot ${tex(from.slope, true)} = ${tex(to.w)}`;
  return (
    <ul class="figures">
      <li>{`${t.stepOf} = ${steps}`}</li>
      <li>
        {"w = "}
        <Value name="w" label="w" value={last.w} tex={stepTex} />
      </li>
      <li>
        {"Q(w) = "}
        <Value
          {...{ name: "q", label: "Q(w)", value: last.value }}
          tex={`Q(w^{${steps}}) = ${value(tex(last.w, true))} = ${tex(last.value)}`}
        />
      </li>
      <li>
        {"∇Q(w) = "}
        <Value
          {...{ name: "slope", label: "∇Q(w)", value: last.slope, isSigned: true }}
          tex={`\\nabla Q(w^{${steps}}) = ${slope(tex(last.w, true))} = ${tex(last.slope)}`}
        />
      </li>
    </ul>
  );
}

interface FilledProps {
  readonly from: StepPoint | undefined;
  readonly to: StepPoint | undefined;
  readonly steps: number;
  readonly eta: number;
  /** The start. */
  readonly w: number;
}

/** The rule of the last step with its numbers: plain text, since it changes with every step. */
function Filled({ from, to, steps, eta, w }: FilledProps) {
  const { locale } = usePreferences();
  const show = (value: number): string => formatNumber(value, locale);
  const isStep = from !== undefined && to !== undefined;
  const slope = isStep && (from.slope < 0 ? `(${show(from.slope)})` : show(from.slope));
  return (
    <>
      <i>w</i>
      <sup>{isStep ? steps : 0}</sup>
      {isStep ? ` = ${show(from.w)} − ${show(eta)} · ${slope} = ${show(to.w)}` : ` = ${show(w)}`}
    </>
  );
}
