// What there is to see of a session: curves, branches, the past, the net inside, what can be taken home, the numbers.
import { useEffect, useMemo, useState } from "preact/hooks";
import { useComputed } from "../engine/use-computed.ts";
import { shell } from "../text/index.ts";
import { useText } from "../text/use-text.ts";
import { DataTable } from "../widgets/data-table.tsx";
import { BranchTable } from "./branch-table.tsx";
import { CurvePanel } from "./curves/curve-panel.tsx";
import { ExportPanel } from "./export-panel.tsx";
import { Inspector } from "./inspect/inspector.tsx";
import { text } from "./text.ts";
import { Timeline } from "./timeline.tsx";
import type { BranchView, OpenSession, Training } from "./use-training.ts";

/** The rows of the table: the last steps of each branch that is drawn. */
const ROWS = 60;
const rowsOf = (views: readonly BranchView[]): number[][] =>
  views.flatMap(({ info, series: { steps, points } }) =>
    steps.slice(-ROWS).map((step, i) => {
      const at = Math.max(0, steps.length - ROWS) + i;
      const numbers = [points.loss, points.accuracy, points.learningRate, points.gradientNorm];
      return [info.id, step, ...numbers.map((list) => list[at]!)];
    }),
  );

export function Trained({ open, training }: { readonly open: OpenSession; readonly training: Training }) {
  const t = useText(text);
  const { lab } = useText(shell);
  const [seek, setSeek] = useState<number>();
  const [hidden, setHidden] = useState<ReadonlySet<number>>(new Set());
  const { branches, active } = open;
  const view = branches[active]!;
  useEffect(() => setSeek(undefined), [open.session, active]);
  const { isRunning } = training;
  const kept = useComputed(
    async () => (isRunning ? undefined : (await open.session.snapshots(active)).length),
    [open.session, active, isRunning, isRunning ? 0 : view.step],
  );
  const shown = branches.filter(({ info }) => !hidden.has(info.id));
  const count = shown.reduce((sum, { series }) => sum + series.steps.length, 0);
  // Hundreds of cells, which nobody reads while they run away.
  const table = useMemo(
    () => (
      <details class="panel">
        <summary>{lab.numbers}</summary>
        <DataTable caption={t.table} columns={t.tableColumns} rows={rowsOf(shown)} />
      </details>
    ),
    [open.session, isRunning ? -1 : count, hidden, t],
  );
  const at = Math.min(seek ?? view.step, view.step);
  const runs = shown.map(({ info, series }) => ({ name: t.branchName(info.id), series, place: info.id }));
  const show = (id: number, isShown: boolean): void => {
    const others = [...hidden].filter((each) => each !== id);
    setHidden(new Set(isShown ? others : [...others, id]));
  };
  return (
    <>
      <CurvePanel runs={runs} onPick={(step) => isRunning || setSeek(step)} />
      <BranchTable
        {...{ branches, active, hidden, isBusy: isRunning, onShow: show, onActivate: training.activate }}
      />
      <Timeline
        {...{ settings: view.info.settings, last: view.step, at, kept: kept.value, isBusy: isRunning }}
        onSeek={setSeek}
        onBranch={(change) => training.branch({ branch: active, step: at }, change)}
      />
      <Inspector
        {...{ session: open.session, info: open.info, isRunning }}
        place={{ branch: active, step: at }}
      />
      <ExportPanel
        {...{ session: open.session, settings: view.info.settings, info: open.info }}
        place={{ branch: active, step: at }}
        isBusy={isRunning}
      />
      {table}
    </>
  );
}
