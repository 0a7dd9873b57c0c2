// All runs there are over each other: their curves, the table of them, and their last numbers.
import { useMemo, useState } from "preact/hooks";
import { shell } from "../../text/index.ts";
import { useText } from "../../text/use-text.ts";
import { DataTable } from "../../widgets/data-table.tsx";
import type { Measure } from "../clock.ts";
import { CurvePanel } from "../curves/curve-panel.tsx";
import { text } from "../text.ts";
import type { Training } from "../use-training.ts";
import { RunTable } from "./run-table.tsx";
import type { ListedRun } from "./shown-runs.ts";

interface OverlayProps {
  readonly runs: readonly ListedRun[];
  readonly training: Training;
  readonly markOn: (measure: Measure) => number | undefined;
  /** Called with a place of the curves' axis that is clicked. */
  readonly onPick: (measure: Measure, place: number) => void;
  /** Called with the name of a run that is not to be watched any longer. */
  readonly onLeave: (name: string) => void;
}

export function Overlay({ runs, training, markOn, onPick, onLeave }: OverlayProps) {
  const t = useText(text);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const shown = runs.filter(({ key }) => !hidden.has(key));
  const show = (key: string, isShown: boolean): void => {
    const others = [...hidden].filter((each) => each !== key);
    setHidden(new Set(isShown ? others : [...others, key]));
  };
  return (
    <>
      <CurvePanel runs={shown} markOn={markOn} onPick={onPick}>
        <RunTable {...{ runs, training, hidden, onLeave }} onShow={show} />
        <p class="hint">{t.legend}</p>
      </CurvePanel>
      <Numbers runs={shown} isRunning={training.isRunning} />
    </>
  );
}

/** The rows of the table: the last steps of each run that is drawn. */
const ROWS = 60;
const rowsOf = (runs: readonly ListedRun[]): (string | number)[][] =>
  runs.flatMap(({ name, series: { steps, points } }) =>
    [...steps.slice(-ROWS)].map((step, i) => {
      const at = Math.max(0, steps.length - ROWS) + i;
      const numbers = [points.loss, points.accuracy, points.learningRate, points.gradientNorm];
      return [name, step, ...numbers.map((list) => list[at]!)];
    }),
  );

function Numbers({ runs, isRunning }: { readonly runs: readonly ListedRun[]; readonly isRunning: boolean }) {
  const t = useText(text);
  const { lab } = useText(shell);
  const lengths = runs.map(({ key, series }) => `${key}:${series.steps.length}`).join();
  // Hundreds of cells, which nobody reads while they run away.
  return useMemo(
    () => (
      <details class="panel">
        <summary>{lab.numbers}</summary>
        <DataTable caption={t.table} columns={t.tableColumns} rows={rowsOf(runs)} />
      </details>
    ),
    [isRunning ? "" : lengths, t],
  );
}
