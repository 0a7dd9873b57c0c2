// Lab 5: a net of five neurons, walked forward and back; each derivative is predicted, then shown, beside its difference.
import { useState } from "preact/hooks";
import { usePreferences } from "../../app/preferences.tsx";
import { engineOf } from "../../engine/client.ts";
import { useComputed } from "../../engine/use-computed.ts";
import { LabPage } from "../../lab/lab-page.tsx";
import { clamp, useLabState } from "../../lab/state.ts";
import { goOn, useTicks } from "../../lab/ticks.ts";
import { shell } from "../../text/index.ts";
import { formatNumber, parseNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { NumberField } from "../../widgets/number-field.tsx";
import { codeOf } from "./code.ts";
import type * as Compute from "./compute.ts";
import "./graph.css";
import { Ledger, PathSum } from "./ledger.tsx";
import {
  type Difference,
  type Item,
  LEAVES,
  type Leaves,
  type Name,
  ORDER,
  plainName,
  START,
  type Walk,
} from "./net.ts";
import { Picture } from "./picture.tsx";
import { text } from "./text.ts";

const engine = engineOf<typeof Compute>("graph");

const PAUSE = 700;
const BOUND = { min: -50, max: 50 };
const USUAL = { ...START, t: 9 };

/** "z₁" or "∂a/∂z₁". */
const nameOf = ({ kind, name }: Item): string =>
  kind === "value" ? plainName(name) : `∂a/∂${plainName(name)}`;
const answerOf = (walk: Walk, { kind, name }: Item): number =>
  (kind === "value" ? walk.values : walk.slopes)[name];

export function Lab() {
  const t = useText(text);
  const [state, update] = useLabState("graph", USUAL, (given) => {
    const leaves = LEAVES.map((name) => [name, clamp(given[name], BOUND.min, BOUND.max)] as const);
    return {
      ...(Object.fromEntries(leaves) as typeof START),
      t: clamp(Math.round(given.t), 0, ORDER.length),
    };
  });
  const { t: step, ...leaves } = state;
  const numbers = LEAVES.map((name) => state[name]);
  const walk = useComputed(() => engine.walk(leaves), numbers);
  const quotients = useComputed(() => engine.differences(leaves), numbers);
  const paths = useComputed(() => engine.countPaths(), []);
  const [isRunning, setRunning] = useTicks(update, {
    ...{ next: goOn(ORDER.length), at: [step], isOver: step >= ORDER.length, pause: PAUSE },
  });
  const isKnown = ({ kind, name }: Item): boolean => {
    const place = ORDER.findIndex((item) => item.kind === kind && item.name === name);
    return place >= 0 && place < step;
  };
  const found = walk.value;
  return (
    <LabPage
      id="graph"
      lead={t.lead}
      prediction={{
        ...{ question: t.question, options: t.options, because: t.because },
        answer: paths.value === undefined ? undefined : t.options.indexOf(String(paths.value)),
      }}
      actions={{
        isRunning,
        run: () => setRunning(!isRunning && step < ORDER.length),
        step: () => update(goOn(ORDER.length)),
        reset: () => {
          setRunning(false);
          update({ t: 0 });
        },
      }}
      error={walk.error ?? quotients.error}
      explain={t.explain}
      task={{ text: t.task, isDone: found?.paths.every((share) => share !== 0) ?? false }}
      table={{
        caption: t.caption,
        columns: t.columns,
        rows: found === undefined ? [] : rowsOf(found, quotients.value),
      }}
      code={codeOf(leaves)}
    >
      {found && (
        <div class="with-notes">
          <div class="stage">
            <Picture walk={found} isKnown={isKnown} next={ORDER[step]} />
            <Next key={step} walk={found} step={step} onStep={(to) => update({ t: to })} />
            {isKnown({ kind: "slope", name: "w11" }) && <PathSum walk={found} />}
          </div>
          <Ledger walk={found} quotients={quotients.value} isKnown={isKnown} />
        </div>
      )}
      <Weights leaves={leaves} onChange={update} />
    </LabPage>
  );
}

function rowsOf(walk: Walk, quotients: Record<Name, Difference> | undefined): (number | string)[][] {
  const names = Object.keys(walk.values) as (keyof Walk["values"])[];
  return names.map((name) => [
    plainName(name),
    walk.values[name],
    walk.slopes[name],
    quotients?.[name].quotient ?? "",
  ]);
}

/** What comes next: to be said, then shown. */
function Next({ walk, step, onStep }: { walk: Walk; step: number; onStep: (step: number) => void }) {
  const t = useText(text);
  const common = useText(shell);
  const { locale } = usePreferences();
  const [guess, setGuess] = useState("");
  const [isWrong, setWrong] = useState(false);
  const [item, before] = [ORDER[step], ORDER[step - 1]];
  const show = (number: number): string => formatNumber(number, locale);
  const check = (): void => {
    const value = parseNumber(guess);
    const isRight =
      item !== undefined &&
      value !== undefined &&
      Math.abs(value - answerOf(walk, item)) < 1e-3 * Math.max(1, Math.abs(value));
    if (isRight) onStep(step + 1);
    else setWrong(true);
  };
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault();
        check();
      }}
    >
      <span aria-live="polite">
        {before && `${t.was(nameOf(before), show(answerOf(walk, before)))} `}
        {item === undefined ? t.done : t.next(nameOf(item))}
      </span>
      {item && (
        <>
          <span class="field">
            <input
              type="text"
              inputMode="decimal"
              autocomplete="off"
              aria-label={`${nameOf(item)}: ${t.guess}`}
              aria-invalid={isWrong}
              value={guess}
              onInput={(event) => {
                setGuess(event.currentTarget.value);
                setWrong(false);
              }}
            />
          </span>
          <button type="submit">{common.lab.check}</button>
          <button type="button" onClick={() => onStep(step + 1)}>
            {t.reveal}
          </button>
        </>
      )}
      <button type="button" disabled={step === 0} onClick={() => onStep(step - 1)}>
        {t.back}
      </button>
      <span class="hint">{t.progress(show(step), show(ORDER.length))}</span>
      {isWrong && (
        <span class="verdict bad" role="alert">
          {common.lab.wrong}
        </span>
      )}
    </form>
  );
}

function Weights({ leaves, onChange }: { leaves: Leaves; onChange: (change: Partial<Leaves>) => void }) {
  const t = useText(text);
  return (
    <details>
      <summary>{t.edit}</summary>
      <div class="row end">
        {LEAVES.map((name) => (
          <NumberField
            key={name}
            {...{ label: plainName(name), value: leaves[name], step: 0.5, ...BOUND }}
            onChange={(value) => onChange({ [name]: value })}
          />
        ))}
        <button type="button" onClick={() => onChange(START)}>
          {t.restore}
        </button>
      </div>
    </details>
  );
}
