// Lab 1: one step of gradient descent on a function of one number, and what the step size decides.
import { useEffect, useState } from "preact/hooks";
import { usePreferences } from "../../app/preferences.tsx";
import { engineOf } from "../../engine/client.ts";
import { useComputed } from "../../engine/use-computed.ts";
import { LabPage } from "../../lab/lab-page.tsx";
import { clamp, useLabState } from "../../lab/state.ts";
import { formatNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { Choice } from "../../widgets/choice.tsx";
import { NumberField } from "../../widgets/number-field.tsx";
import { Handle, Path, Plane } from "../../widgets/plane.tsx";
import { Prose, texNumber } from "../../widgets/tex.tsx";
import { Value } from "../../widgets/value.tsx";
import { codeOf } from "./code.ts";
import type * as Compute from "./compute.ts";
import type { FunctionName, StepPoint } from "./compute.ts";
import { FORMULAS } from "./formulas.ts";
import { text } from "./text.ts";

const engine = engineOf<typeof Compute>("step");

const NAMES: readonly FunctionName[] = ["square", "valley", "quartic", "absolute"];
const X = { min: -5, max: 5 };
const HEIGHTS: Readonly<Record<FunctionName, { min: number; max: number }>> = {
  square: { min: -1, max: 25 },
  valley: { min: -1, max: 9 },
  quartic: { min: -1, max: 10 },
  absolute: { min: -0.5, max: 5 },
};
const SAMPLES = 201;
const MOST_STEPS = 40;
const PAUSE = 450;
/** Step sizes worth a try: slowly, at once, to and fro, for ever, away. */
const TRIES = [0.1, 0.5, 0.9, 1, 1.1];
const USUAL = { q: "square" as string, w: 4, eta: 0.1, t: 2 };

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

export function Lab() {
  const t = useText(text);
  const { locale } = usePreferences();
  const [state, update] = useLabState("step", USUAL, (given) => ({
    q: NAMES.includes(given.q as FunctionName) ? given.q : "square",
    w: clamp(given.w, X.min, X.max),
    eta: clamp(given.eta, 0.001, 3),
    t: clamp(Math.round(given.t), 0, MOST_STEPS),
  }));
  const [isRunning, setRunning] = useState(false);
  const name = state.q as FunctionName;
  const { w, eta, t: steps } = state;
  const path = useComputed(() => engine.descend(name, w, eta, MOST_STEPS), [name, w, eta]);
  const first = useComputed(() => engine.descend("square", 4, eta, 1), [eta]);
  const curve = useComputed(() => engine.curve(name, X.min, X.max, SAMPLES), [name]);
  const shown = path.value?.slice(0, steps + 1) ?? [];
  const last = shown.at(-1);
  const end = (path.value?.length ?? 1) - 1;
  useEffect(() => {
    if (!isRunning) return;
    if (steps >= end) return setRunning(false);
    const timer = setTimeout(() => update({ t: steps + 1 }), PAUSE);
    return () => clearTimeout(timer);
  }, [isRunning, steps, end]);

  const format = (value: number): string => formatNumber(value, locale);
  const tex = (value: number, isFactor = false): string => texNumber(format(value), { isFactor });
  const stepTex = (index: number): string => {
    const [from, to] = [shown[index - 1], shown[index]];
    if (from === undefined || to === undefined) return `w^{0} = ${tex(w)}`;
    return `w^{${index}} = ${tex(from.w)} - ${tex(eta)}\\cdot ${tex(from.slope, true)} = ${tex(to.w)}`;
  };
  const next = first.value?.[1]?.w;
  const isSolved =
    name === "square" && w === 4 && steps === 3 && last !== undefined && Math.abs(last.w) < 0.001;
  return (
    <LabPage
      id="step"
      lead={t.lead}
      prediction={{
        question: t.question(format(eta)),
        number: next,
        tolerance: 1e-3,
        because: t.because(next === undefined ? "" : `4 - ${tex(eta)} \\cdot 8 = ${tex(next)}`),
      }}
      actions={{
        isRunning,
        run: () => setRunning(!isRunning && steps < end),
        step: () => update({ t: Math.min(end, steps + 1) }),
        reset: () => {
          setRunning(false);
          update({ t: 0 });
        },
      }}
      error={path.error ?? curve.error}
      explain={t.explain}
      task={{ text: t.task, isDone: isSolved }}
      table={{
        caption: t.caption,
        columns: t.columns,
        rows: shown.map((point, index) => [index, point.w, point.value, point.slope]),
      }}
      code={codeOf(name, w, eta, steps)}
    >
      <div class="row end">
        <Choice
          label={t.function}
          value={name}
          options={NAMES}
          nameOf={(option) => t.functions[option]}
          onChange={(option) => update({ q: option, t: 0 })}
        />
        <NumberField label={t.start} value={w} onChange={(value) => update({ w: value })} {...X} step={0.1} />
        <NumberField
          {...{ label: t.eta, value: eta, min: 0.001, max: 3, step: 0.05, hasSlider: true, isLog: true }}
          onChange={(value) => update({ eta: value })}
        />
      </div>
      <div class="row">
        <span class="hint">{t.tries}</span>
        {TRIES.map((rate) => (
          <button
            key={rate}
            type="button"
            aria-pressed={eta === rate}
            onClick={() => update({ q: "square", eta: rate })}
          >
            {`η = ${format(rate)}`}
          </button>
        ))}
      </div>
      <div class="with-notes">
        <Plane
          x={X}
          y={HEIGHTS[name]}
          xLabel="w"
          yLabel="Q(w)"
          label={t.plot(last ? format(last.w) : "", last ? format(last.value) : "")}
          onPick={({ x }) => update({ w: Number(x.toFixed(2)), t: 0 })}
        >
          {(frame) => (
            <>
              <Path
                frame={frame}
                points={(curve.value ?? []).map((y, i) => ({
                  x: X.min + ((X.max - X.min) * i) / (SAMPLES - 1),
                  y,
                }))}
                colour="var(--line-strong)"
                hasDots={false}
              />
              <Path
                frame={frame}
                points={shown.map((point) => ({ x: point.w, y: point.value }))}
                colour="var(--negative)"
              />
              {path.value?.[0] && (
                <Handle
                  frame={frame}
                  at={{ x: w, y: path.value[0].value }}
                  label={t.handle}
                  step={0.1}
                  isHorizontal
                  onMove={({ x }) => update({ w: Number(x.toFixed(2)) })}
                />
              )}
            </>
          )}
        </Plane>
        <div>
          <p class="live-formula">
            <Prose text={t.formulas[name]} />
          </p>
          <p class="live-formula">
            <Prose text={t.rule} />
          </p>
          <p class="live-formula">
            <Filled from={shown[steps - 1]} to={last} {...{ steps, eta, w }} />
          </p>
          {last && (
            <div aria-live={isRunning ? "off" : "polite"} data-testid="now">
              <ul class="figures">
                <li>{`${t.stepOf} = ${steps}`}</li>
                <li>
                  {"w = "}
                  <Value name="w" label="w" value={last.w} tex={stepTex(steps)} />
                </li>
                <li>
                  {"Q(w) = "}
                  <Value
                    {...{ name: "q", label: "Q(w)", value: last.value }}
                    tex={`Q(w^{${steps}}) = ${FORMULAS[name].value(tex(last.w, true))} = ${tex(last.value)}`}
                  />
                </li>
                <li>
                  {"∇Q(w) = "}
                  <Value
                    {...{ name: "slope", label: "∇Q(w)", value: last.slope, isSigned: true }}
                    tex={`\\nabla Q(w^{${steps}}) = ${FORMULAS[name].slope(tex(last.w, true))} = ${tex(last.slope)}`}
                  />
                </li>
              </ul>
              <p>
                <strong>{t.fate[fateOf(shown)]}</strong>
              </p>
            </div>
          )}
        </div>
      </div>
    </LabPage>
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
