// Lab 3: three criteria for stopping, each a lamp; which lights first, and what that means.
import { useMemo } from "preact/hooks";
import { usePreferences } from "../../app/preferences.tsx";
import { engineOf } from "../../engine/client.ts";
import { useComputed } from "../../engine/use-computed.ts";
import { LabPage } from "../../lab/lab-page.tsx";
import { clamp, useLabState } from "../../lab/state.ts";
import { goOn, useTicks } from "../../lab/ticks.ts";
import { formatNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { LinePlot } from "../../widgets/line-plot.tsx";
import { NumberField } from "../../widgets/number-field.tsx";
import { Path, Plane } from "../../widgets/plane.tsx";
import { texNumber } from "../../widgets/tex.tsx";
import { Value } from "../../widgets/value.tsx";
import { codeOf } from "./code.ts";
import type * as Compute from "./compute.ts";
import type { Criteria, Trace } from "./compute.ts";
import { type Endings, LAMPS, Lamps } from "./lamps.tsx";
import { text } from "./text.ts";

const engine = engineOf<typeof Compute>("stopping");

const STEPS = 400;
const STRIDE = 4;
const PAUSE = 50;
const SAMPLES = 101;
const USUAL = { eta: 0.2, es: 0.01, eg: 0.05, patience: 20, t: 60, seed: 1 };

/** The case that the prediction asks about: a very small step, and one ε for both. */
const ASKED = { eta: 0.001, criteria: { stepNorm: 0.01, gradientNorm: 0.01, patience: 20 } };

/** Which option of the prediction is right: the step's lamp, the gradient's, or both at once. */
function firstOf({ stepNorm, gradientNorm }: Endings): number {
  const [step, gradient] = [stepNorm ?? Number.POSITIVE_INFINITY, gradientNorm ?? Number.POSITIVE_INFINITY];
  return step < gradient ? 0 : gradient < step ? 1 : 2;
}

export function Lab() {
  const t = useText(text);
  const { locale } = usePreferences();
  const [state, update] = useLabState("stopping", USUAL, (given) => ({
    ...{ eta: clamp(given.eta, 0.0001, 0.8), es: clamp(given.es, 1e-6, 1), eg: clamp(given.eg, 1e-6, 10) },
    ...{ patience: clamp(Math.round(given.patience), 1, 200), t: clamp(Math.round(given.t), 0, STEPS) },
    seed: clamp(Math.round(given.seed), 1, 9999),
  }));
  const { eta, seed, t: step } = state;
  const criteria: Criteria = { stepNorm: state.es, gradientNorm: state.eg, patience: state.patience };
  const trace = useComputed(() => engine.follow(seed, eta, STEPS), [seed, eta]);
  const ends = useComputed(
    () => engine.endings(seed, eta, criteria, STEPS),
    [seed, eta, state.es, state.eg, state.patience],
  );
  const asked = useComputed(() => engine.endings(USUAL.seed, ASKED.eta, ASKED.criteria, STEPS), []);
  const whenLit = (end: number | undefined): string =>
    end === undefined ? t.never : `${t.lit} ${formatNumber(end, locale)}`;
  const [isRunning, setRunning] = useTicks(update, {
    ...{ next: goOn(STEPS, STRIDE), at: [step], isOver: step >= STEPS, pause: PAUSE },
  });

  const first = Math.min(...LAMPS.map((lamp) => ends.value?.[lamp] ?? Number.POSITIVE_INFINITY));
  const isTrapped =
    ends.value !== undefined &&
    ends.value.stepNorm === first &&
    (trace.value?.gradientNorm[first] ?? 0) > 0.5;
  const rows = (trace.value?.train ?? [])
    .slice(0, step + 1)
    .map((train, i) => [
      i,
      train,
      trace.value!.validation[i]!,
      trace.value!.stepNorm[i]!,
      trace.value!.gradientNorm[i]!,
    ]);
  return (
    <LabPage
      id="stopping"
      lead={t.lead}
      prediction={{
        ...{ question: t.question, options: t.options },
        answer: asked.value && firstOf(asked.value),
        because: t.because(whenLit(asked.value?.stepNorm), whenLit(asked.value?.gradientNorm)),
      }}
      actions={{
        isRunning,
        run: () => {
          if (!isRunning && step >= STEPS) update({ t: 0 });
          setRunning(!isRunning);
        },
        step: () => update(goOn(STEPS)),
        reset: () => {
          setRunning(false);
          update({ t: 0 });
        },
      }}
      seed={{ value: seed, onChange: (value) => update({ seed: value, t: 0 }) }}
      error={trace.error ?? ends.error}
      explain={t.explain}
      task={{ text: t.task, isDone: isTrapped }}
      table={{ caption: t.caption, columns: t.columns, rows }}
      code={codeOf(seed, eta, criteria, STEPS)}
    >
      <div class="row end">
        <NumberField
          {...{ label: t.eta, value: eta, min: 0.0001, max: 0.8, step: 0.01, hasSlider: true, isLog: true }}
          onChange={(value) => update({ eta: value })}
        />
        <NumberField
          label={t.epsilonStep}
          value={state.es}
          min={1e-6}
          max={1}
          step={0.001}
          onChange={(es) => update({ es })}
        />
        <NumberField
          label={t.epsilonGradient}
          value={state.eg}
          min={1e-6}
          max={10}
          step={0.01}
          onChange={(eg) => update({ eg })}
        />
        <NumberField
          {...{ label: t.patience, value: state.patience, min: 1, max: 200, step: 1, isWhole: true }}
          onChange={(patience) => update({ patience })}
        />
        <NumberField
          {...{ label: t.step, value: step, min: 0, max: STEPS, step: 1, isWhole: true, hasSlider: true }}
          onChange={(value) => update({ t: value })}
        />
      </div>
      <Lamps ends={ends.value} step={step} trace={trace.value} criteria={criteria} />
      {trace.value && <Measures trace={trace.value} step={step} eta={eta} />}
      {trace.value && <Curves trace={trace.value} step={step} criteria={criteria} />}
    </LabPage>
  );
}

/** The four measures at the step shown, each with its formula. */
function Measures({ trace, step, eta }: { trace: Trace; step: number; eta: number }) {
  const t = useText(text);
  const { locale } = usePreferences();
  const tex = (value: number): string => texNumber(formatNumber(value, locale));
  const [train, validation] = [trace.train[step]!, trace.validation[step]!];
  const [length, slope, before] = [
    trace.stepNorm[step]!,
    trace.gradientNorm[step]!,
    trace.gradientNorm[step - 1],
  ];
  const stepTex =
    before === undefined
      ? "w^0"
      : `\\eta\\,\\lVert\\nabla Q(w^{${step - 1}})\\rVert = ${tex(eta)}\\cdot ${tex(before)} = ${tex(length)}`;
  const next = trace.stepNorm[step + 1];
  const slopeTex =
    next === undefined
      ? ""
      : `\\tfrac{1}{\\eta}\\lVert w^{${step + 1}} - w^{${step}}\\rVert = ${tex(next)} / ${tex(eta)} = `;
  const mean = (count: number, value: number): string =>
    `\\tfrac{1}{${count}}\\sum_{i=1}^{${count}} (a_i - y_i)^2 = \\tfrac{1}{${count}}\\cdot ${tex(count * value)} = ${tex(value)}`;
  return (
    <p>
      {`t = ${step}. ${t.train}: `}
      <Value
        value={train}
        label={t.train}
        tex={`Q(w^{${step}}) = ${mean(trace.points.train.x.length, train)}`}
      />
      {`, ${t.validation}: `}
      <Value
        value={validation}
        label={t.validation}
        tex={mean(trace.points.validation.x.length, validation)}
      />
      {`, ${t.stepNorm} = `}
      <Value
        value={length}
        label={t.stepNorm}
        tex={`\\lVert w^{${step}} - w^{${step - 1}}\\rVert = ${stepTex}`}
      />
      {`, ${t.gradientNorm} = `}
      <Value
        value={slope}
        label={t.gradientNorm}
        tex={`\\lVert\\nabla Q(w^{${step}})\\rVert = ${slopeTex}${tex(slope)}`}
      />
    </p>
  );
}

/** On a logarithmic scale there is no zero. */
const positive = (values: readonly number[]): (number | null)[] =>
  values.map((value) => (value > 0 ? value : null));

interface CurvesProps {
  readonly trace: Trace;
  readonly step: number;
  readonly criteria: Criteria;
}

function Curves({ trace, step, criteria }: CurvesProps) {
  const t = useText(text);
  const shown = step + 1;
  const x = useMemo(() => Array.from({ length: shown }, (_, i) => i), [shown]);
  const errors = useMemo(
    () => [
      { label: t.train, values: positive(trace.train.slice(0, shown)) },
      { label: t.validation, values: positive(trace.validation.slice(0, shown)), colour: "--negative" },
    ],
    [trace, shown, t],
  );
  const norms = useMemo(
    () => [
      { label: t.stepNorm, values: positive(trace.stepNorm.slice(0, shown)) },
      { label: t.gradientNorm, values: positive(trace.gradientNorm.slice(0, shown)), colour: "--negative" },
      ...(["stepNorm", "gradientNorm"] as const).map((lamp, i) => ({
        label: i === 0 ? t.epsilonStep : t.epsilonGradient,
        values: x.map(() => criteria[lamp]),
        colour: i === 0 ? "--positive" : "--negative",
        dash: [1, 4],
        width: 1.5,
      })),
    ],
    [x, trace, t, criteria.stepNorm, criteria.gradientNorm],
  );
  return (
    <div class="side-by-side">
      <Fit trace={trace} step={step} />
      <LinePlot x={x} curves={errors} xLabel={t.step} yLabel={t.error} isLogY label={t.errors} />
      <LinePlot x={x} curves={norms} xLabel={t.step} yLabel={t.length} isLogY label={t.norms} />
    </div>
  );
}

function Fit({ trace, step }: { trace: Trace; step: number }) {
  const t = useText(text);
  const weights = trace.weights[step]!;
  const fitted = useComputed(() => engine.curve(weights, SAMPLES), [trace, step]);
  const { train, validation } = trace.points;
  return (
    <Plane x={{ min: -1, max: 1 }} y={{ min: -2, max: 2 }} xLabel="x" yLabel="y" label={t.fit} height={280}>
      {(frame) => (
        <>
          {validation.x.map((x, i) => (
            <circle
              key={x}
              {...{
                cx: frame.toX(x),
                cy: frame.toY(validation.y[i]!),
                r: 3,
                fill: "none",
                stroke: "var(--negative)",
              }}
            />
          ))}
          {train.x.map((x, i) => (
            <circle key={x} cx={frame.toX(x)} cy={frame.toY(train.y[i]!)} r={4.5} fill="var(--positive)" />
          ))}
          <Path
            frame={frame}
            points={(fitted.value ?? []).map((y, i) => ({ x: -1 + (2 * i) / (SAMPLES - 1), y }))}
            hasDots={false}
          />
        </>
      )}
    </Plane>
  );
}
