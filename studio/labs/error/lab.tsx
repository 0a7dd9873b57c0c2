// Lab 4: the derivative of the error, factor by factor, for an answer that is near and one that is far off.
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
import { texNumber } from "../../widgets/tex.tsx";
import { codeOf } from "./code.ts";
import type * as Compute from "./compute.ts";
import { Factors } from "./factors.tsx";
import { type Chain, type Example, fits, LOSSES, type LossName, OUTPUTS, type OutputName } from "./losses.ts";
import { text } from "./text.ts";

const engine = engineOf<typeof Compute>("error");

const SAMPLES = 121;
const BOUND = { min: -20, max: 20 };
const USUAL = { loss: "squared" as string, out: "identity" as string, y: [10, 10], x: [1, 1], w: [9.99, 1] };

/** Two numbers within bounds; what is missing is taken from the usual. */
const pair = (given: readonly number[], usual: readonly number[]): number[] =>
  usual.map((value, i) => clamp(given[i] ?? value, BOUND.min, BOUND.max));

/** Answers and slopes that the plot shows. */
function viewOf(
  output: OutputName,
  loss: LossName,
  y: number,
): { a: { min: number; max: number }; slope: { min: number; max: number } } {
  const a = output === "sigmoid" ? { min: 0.01, max: 0.99 } : { min: y - 12, max: y + 12 };
  const bound = loss === "squared" ? (output === "sigmoid" ? 2.2 : 26) : loss === "crossEntropy" ? 20 : 1.5;
  return { a, slope: { min: -bound, max: bound } };
}

export function Lab() {
  const t = useText(text);
  const { locale } = usePreferences();
  const [state, update] = useLabState("error", USUAL, (given) => {
    const out = OUTPUTS.includes(given.out as OutputName) ? given.out : "identity";
    const loss =
      LOSSES.includes(given.loss as LossName) && fits(given.loss as LossName, out as OutputName)
        ? given.loss
        : "squared";
    return { loss, out, y: pair(given.y, USUAL.y), x: pair(given.x, USUAL.x), w: pair(given.w, USUAL.w) };
  });
  const [loss, output] = [state.loss as LossName, state.out as OutputName];
  const examples: Example[] = [0, 1].map((i) => ({ y: state.y[i]!, x: state.x[i]!, w: state.w[i]! }));
  const chains = useComputed(
    () => Promise.all(examples.map((example) => engine.chain(loss, output, example))),
    [loss, output, ...state.y, ...state.x, ...state.w],
  );
  const known = useComputed(
    () => Promise.all([9.99, 1].map((w) => engine.chain("squared", "identity", { y: 10, x: 1, w }))),
    [],
  );
  const change = (index: number, by: Partial<Example>): void =>
    update((before) => {
      const set = (values: readonly number[], value: number | undefined): number[] =>
        values.map((old, i) => (i === index ? (value ?? old) : old));
      return { y: set(before.y, by.y), x: set(before.x, by.x), w: set(before.w, by.w) };
    });
  const tex = (value: number | undefined): string =>
    value === undefined ? "" : texNumber(formatNumber(value, locale));
  const [near, far] = [known.value?.[0]?.lossByW, known.value?.[1]?.lossByW];
  const isDeaf =
    output === "sigmoid" &&
    loss === "squared" &&
    (chains.value ?? []).some(
      ({ a, lossByW }, i) =>
        Math.abs(a - state.y[i]!) > 0.9 &&
        Math.abs(a - state.y[i]!) <= 1 &&
        Math.abs(lossByW) < 0.02 &&
        state.x[i] !== 0,
    );
  return (
    <LabPage
      id="error"
      lead={t.lead}
      prediction={{
        question: t.question,
        number: near === undefined ? undefined : far! / near,
        tolerance: 5,
        because: t.because(tex(near), tex(far)),
      }}
      error={chains.error}
      explain={t.explain}
      task={{ text: t.task, isDone: isDeaf }}
      table={{
        caption: t.caption,
        columns: t.columns,
        rows: (chains.value ?? []).map((chain, i) => rowOf(i, examples[i]!, chain)),
      }}
      code={codeOf(loss, output, examples)}
    >
      <Choices loss={loss} output={output} onChange={update} />
      <div class="side-by-side">
        {examples.map((example, i) => (
          <fieldset key={i} class="panel">
            <legend>{t.example(formatNumber(i + 1, locale))}</legend>
            <div class="row end">
              <NumberField
                label={t.y}
                value={example.y}
                {...BOUND}
                step={0.1}
                onChange={(y) => change(i, { y })}
              />
              <NumberField
                label={t.x}
                value={example.x}
                {...BOUND}
                step={0.1}
                onChange={(x) => change(i, { x })}
              />
              <NumberField
                label={t.w}
                value={example.w}
                {...BOUND}
                step={0.1}
                onChange={(w) => change(i, { w })}
              />
            </div>
            {chains.value?.[i] && <Factors {...{ loss, output, example, chain: chains.value[i] }} />}
          </fieldset>
        ))}
      </div>
      <Slopes {...{ loss, output, examples, chains: chains.value }} onWeight={(i, w) => change(i, { w })} />
    </LabPage>
  );
}

const rowOf = (index: number, { y, x, w }: Example, chain: Chain): number[] => [
  ...[index + 1, y, x, w, chain.z, chain.a, chain.loss],
  ...[chain.lossByA, chain.aByZ, chain.zByW, chain.lossByW],
];

interface ChoicesProps {
  readonly loss: LossName;
  readonly output: OutputName;
  readonly onChange: (change: Partial<typeof USUAL>) => void;
}

function Choices({ loss, output, onChange }: ChoicesProps) {
  const t = useText(text);
  const chooseOutput = (out: OutputName): void => {
    // Targets of a sigmoid lie between 0 and 1; start where one example is nearly right and one quite wrong.
    if (out === "sigmoid") onChange({ out, y: [1, 1], x: [1, 1], w: [4, -1] });
    else onChange({ ...USUAL, loss: loss === "crossEntropy" ? "squared" : loss });
  };
  return (
    <div class="row end">
      <Choice
        label={t.output}
        value={output}
        options={OUTPUTS}
        nameOf={(name) => t.outputs[name]}
        onChange={chooseOutput}
      />
      <Choice
        label={t.loss}
        value={loss}
        options={LOSSES}
        nameOf={(name) => t.losses[name]}
        onChange={(name) => onChange({ loss: name })}
        canTake={(name) => fits(name, output)}
      />
      {output === "identity" && <span class="hint">{t.onlySigmoid}</span>}
    </div>
  );
}

interface SlopesProps {
  readonly loss: LossName;
  readonly output: OutputName;
  readonly examples: readonly Example[];
  readonly chains: readonly Chain[] | undefined;
  readonly onWeight: (index: number, w: number) => void;
}

/** ∂L/∂a over the answers, with a handle for each example. */
function Slopes({ loss, output, examples, chains, onWeight }: SlopesProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  const { y } = examples[0]!;
  const { a, slope } = viewOf(output, loss, y);
  const curve = useComputed(() => engine.slopes(loss, y, a.min, a.max, SAMPLES), [loss, output, y]);
  const weightFor = (answer: number, { x, w }: Example): number => {
    const z = output === "sigmoid" ? Math.log(answer / (1 - answer)) : answer;
    return x === 0 ? w : clamp(Number((z / x).toFixed(3)), BOUND.min, BOUND.max);
  };
  return (
    <Plane x={a} y={slope} xLabel="a" yLabel="∂L/∂a" label={t.plot} height={280}>
      {(frame) => (
        <>
          <Path
            frame={frame}
            points={(curve.value ?? []).map((value, i) => ({
              x: a.min + ((a.max - a.min) * i) / (SAMPLES - 1),
              y: value,
            }))}
            colour="var(--line-strong)"
            hasDots={false}
          />
          {chains?.map((chain, i) => (
            <Handle
              key={i}
              {...{ frame, isHorizontal: true, step: output === "sigmoid" ? 0.01 : 0.1 }}
              at={{ x: chain.a, y: chain.lossByA }}
              mark={formatNumber(i + 1, locale)}
              label={t.handle(formatNumber(i + 1, locale))}
              onMove={({ x }) => onWeight(i, weightFor(x, examples[i]!))}
            />
          ))}
        </>
      )}
    </Plane>
  );
}
