// The frame that every lab stands in: title and lead, prediction, the stage with its controls, explanation, a checked
// task, all numbers as a table, and the same as TypeScript. Knows nothing of any one lab.
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { LABS, type LabId } from "../app/catalog.ts";
import { usePreferences } from "../app/preferences.tsx";
import { hashOf } from "../app/router.ts";
import type { Fault } from "../engine/fault.ts";
import { shell } from "../text/index.ts";
import { formatNumber } from "../text/locale.ts";
import { useText } from "../text/use-text.ts";
import { DataTable, type TableData } from "../widgets/data-table.tsx";
import { FaultText } from "../widgets/fault-text.tsx";
import { Later } from "../widgets/later.tsx";
import { Prose, Tex } from "../widgets/tex.tsx";
import { FormulaBoard, FormulaContext, type ShownFormula } from "../widgets/value.tsx";
import { type RunActions, useRunKeys } from "./keys.ts";
import { Predict, type Prediction } from "./predict.tsx";

interface LabPageProps {
  readonly id: LabId;
  /** What the lab shows, in a sentence or two; `$…$` is a formula. */
  readonly lead: string;
  readonly prediction: Prediction;
  /** Run, step and reset, where the lab runs. */
  readonly actions?: RunActions | undefined;
  /** The seed, where chance plays a part. */
  readonly seed?: { readonly value: number; readonly onChange: (seed: number) => void } | undefined;
  /** What the engine complained of. */
  readonly error?: Fault | undefined;
  /** Paragraphs. */
  readonly explain: readonly string[];
  readonly task: { readonly text: string; readonly isDone: boolean };
  readonly table: TableData;
  /** A program that computes the same with `nabla`. */
  readonly code: string;
  /** The stage. */
  readonly children: ComponentChildren;
}

export function LabPage(props: LabPageProps) {
  const { id, lead, prediction, actions, seed, error, explain, task, table, code, children } = props;
  const t = useText(shell);
  const [formula, setFormula] = useState<ShownFormula>({ tex: undefined, isAsked: false });
  const board = useMemo(() => new FormulaBoard(setFormula), []);
  const { title } = t.labs[id];
  useRunKeys(actions);
  useEffect(() => {
    document.title = `${title} · ${t.name}`;
  }, [title]);
  return (
    <FormulaContext.Provider value={board}>
      <article class="lab" data-lab={id}>
        <header>
          <LabLinks id={id} />
          <h1>{title}</h1>
          <p class="lead">
            <Prose text={lead} />
          </p>
        </header>
        {/* Another question is answered anew. */}
        <Predict key={prediction.question} prediction={prediction} />
        <section class="panel stage" aria-label={title}>
          {(actions || seed) && <Controls actions={actions} seed={seed} />}
          {error !== undefined && (
            <p class="notice" role="alert">
              {t.lab.failed} <FaultText fault={error} />
            </p>
          )}
          <Later>{children}</Later>
        </section>
        <FormulaBar {...formula} />
        <Later>
          <section class="panel" aria-label={t.lab.explain}>
            <h2>{t.lab.explain}</h2>
            {explain.map((text) => (
              <p key={text}>
                <Prose text={text} />
              </p>
            ))}
          </section>
        </Later>
        <Later>
          <Task {...task} />
        </Later>
        <Later>
          <details class="panel">
            <summary>{t.lab.numbers}</summary>
            <DataTable {...table} />
          </details>
        </Later>
        <Later>
          <Code code={code} />
          <NextLab id={id} />
        </Later>
      </article>
    </FormulaContext.Provider>
  );
}

function Task({ text, isDone }: LabPageProps["task"]) {
  const t = useText(shell);
  return (
    <section class="panel" aria-label={t.lab.task} data-testid="task" data-done={isDone}>
      <h2>{t.lab.task}</h2>
      <p>
        <Prose text={text} />
      </p>
      <p class={`verdict ${isDone ? "good" : ""}`} aria-live="polite">
        {isDone ? `✓ ${t.lab.taskDone}` : t.lab.taskOpen}
      </p>
    </section>
  );
}

function LabLinks({ id }: { readonly id: LabId }) {
  const t = useText(shell);
  const place = LABS.findIndex((lab) => lab.id === id);
  const [before, after] = [LABS[place - 1], LABS[place + 1]] as const;
  return (
    <nav class="row" aria-label={t.lab.all}>
      <a href="#/">{t.lab.all}</a>
      {before && <a href={hashOf(before.id)}>{`← ${t.labs[before.id].title}`}</a>}
      {after && <a href={hashOf(after.id)}>{`${t.labs[after.id].title} →`}</a>}
    </nav>
  );
}

function NextLab({ id }: { readonly id: LabId }) {
  const t = useText(shell);
  const next = LABS[LABS.findIndex((lab) => lab.id === id) + 1];
  return (
    <p class="next-lab">
      <a href={next === undefined ? "#/" : hashOf(next.id)}>
        {next === undefined ? t.lab.all : `${t.lab.next}: ${t.labs[next.id].title} →`}
      </a>
    </p>
  );
}

function Controls({ actions, seed }: Pick<LabPageProps, "actions" | "seed">) {
  const t = useText(shell);
  const { locale } = usePreferences();
  return (
    <div class="row">
      {actions && (
        <>
          <button type="button" class="primary" disabled={actions.disabled} onClick={actions.run}>
            {actions.isRunning ? `❚❚ ${t.lab.pause}` : `▶ ${t.lab.run}`}
          </button>
          {actions.step && (
            <button type="button" disabled={actions.disabled || actions.isRunning} onClick={actions.step}>
              {t.lab[actions.stride ?? "step"]}
            </button>
          )}
          <button type="button" onClick={actions.reset}>
            {t.lab.reset}
          </button>
        </>
      )}
      {seed && (
        <>
          <button type="button" onClick={() => seed.onChange(seed.value)}>
            {t.lab.sameSeed}
          </button>
          <button type="button" onClick={() => seed.onChange((seed.value % 9999) + 1)}>
            {t.lab.newSeed}
          </button>
          <span>{`${t.lab.seed} ${formatNumber(seed.value, locale)}`}</span>
        </>
      )}
      {actions && <span class="hint keys-hint">{t.lab.keys}</span>}
    </div>
  );
}

function FormulaBar({ tex, isAsked }: ShownFormula) {
  const t = useText(shell);
  return (
    <section
      class="formula-bar"
      aria-label={t.lab.formula}
      // Numbers that run by are not read aloud.
      aria-live={isAsked ? "polite" : "off"}
      data-testid="formula"
      data-tex={tex}
    >
      {tex === undefined ? <span class="hint">{t.lab.formulaHint}</span> : <Tex tex={tex} />}
    </section>
  );
}

function Code({ code }: { readonly code: string }) {
  const t = useText(shell);
  const [report, setReport] = useState<string>();
  const source = useRef<HTMLPreElement>(null);
  useEffect(() => setReport(undefined), [code]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(code);
      setReport(t.lab.copied);
    } catch {
      // Refused, or the page has come over plain HTTP, where there is no clipboard.
      getSelection()?.selectAllChildren(source.current!);
      setReport(t.lab.selected);
    }
  };
  return (
    <details class="panel">
      <summary>{t.lab.code}</summary>
      <pre class="code" tabIndex={0} data-testid="code" ref={source}>
        {code}
      </pre>
      <div class="row">
        <button type="button" onClick={() => void copy()}>
          {t.lab.copy}
        </button>
        <span aria-live="polite">{report}</span>
      </div>
    </details>
  );
}
