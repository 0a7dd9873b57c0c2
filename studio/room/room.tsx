// The training room: what is trained and how, its curves, its past, its branches.
import { useEffect, useState } from "preact/hooks";
import { usePreferences } from "../app/preferences.tsx";
import { useComputed } from "../engine/use-computed.ts";
import { useRunKeys } from "../lab/keys.ts";
import { useLabState } from "../lab/state.ts";
import { shell } from "../text/index.ts";
import { formatNumber } from "../text/locale.ts";
import { useText } from "../text/use-text.ts";
import { DataTable } from "../widgets/data-table.tsx";
import { ADDRESS, printSettings, readSettings } from "./address.ts";
import { BranchTable } from "./branch-table.tsx";
import { CurvePanel } from "./curves/curve-panel.tsx";
import { ExportPanel } from "./export-panel.tsx";
import { Inspector } from "./inspect/inspector.tsx";
import type { GivenFile } from "./open-files.ts";
import "./room.css";
import type { RoomSettings } from "./settings.ts";
import { Settings } from "./settings-panel.tsx";
import { SweepPanel } from "./sweep/sweep-panel.tsx";
import { text } from "./text.ts";
import { Timeline } from "./timeline.tsx";
import {
  type BranchView,
  engine,
  isOver,
  type OpenSession,
  type Training,
  useTraining,
} from "./use-training.ts";
import { useRuns } from "./watch/use-watched.ts";
import { MOST_WATCHED, WatchPanel } from "./watch/watch-panel.tsx";

/** The images and classes of the sets that everyone has. */
const GREY = [1, 28, 28];
const TEN = 10;

export function Room() {
  const t = useText(text);
  const { name } = useText(shell);
  const [address, update] = useLabState(
    "room",
    { ...ADDRESS, watch: "" as string },
    ({ watch, ...given }) => ({
      ...printSettings(readSettings(given)),
      watch,
    }),
  );
  const runs = useRuns();
  const watched = address.watch
    .split("\n")
    .filter((run) => run !== "")
    .slice(0, MOST_WATCHED);
  const watch = (names: readonly string[]): void => update({ watch: names.join("\n") });
  const settings = readSettings(address);
  const change = (more: Partial<RoomSettings>): void => update(printSettings({ ...settings, ...more }));
  const [files, setFiles] = useState<readonly GivenFile[]>([]);
  const training = useTraining(settings, files);
  const isOwn = settings.source === "files";
  const own = useComputed(
    async () => (isOwn && files.length > 0 ? engine.describeFiles(files) : undefined),
    [isOwn, files],
  );
  const { open, isRunning, isOpening } = training;
  useEffect(() => {
    document.title = `${t.title} · ${name}`;
  }, [t, name]);
  const isFinished = open !== undefined && isOver(open.branches[open.active]!);
  const actions = {
    isRunning,
    run: () => (isRunning ? training.pause() : isFinished || training.run()),
    step: () => isRunning || isFinished || isOpening || training.step(),
    reset: training.reset,
  };
  useRunKeys(actions as Parameters<typeof useRunKeys>[0]);
  return (
    <article class="lab room">
      <header>
        <h1>{t.title}</h1>
        <p class="lead">{t.lead}</p>
      </header>
      <Settings
        {...{
          settings,
          files,
          onChange: change,
          onFiles: setFiles,
          disabled: open !== undefined || isOpening,
        }}
        shape={own.value?.shape ?? GREY}
        classes={own.value?.classes.length ?? TEN}
        fault={isOwn ? own.error : undefined}
      />
      <Controls training={training} actions={actions} isFinished={isFinished} />
      {open && <Trained open={open} training={training} />}
      {runs.runs && (
        <>
          <WatchPanel list={runs} names={watched} onNames={watch} />
          <SweepPanel
            onWatch={(run) => watch([...watched.filter((each) => each !== run), run].slice(-MOST_WATCHED))}
          />
        </>
      )}
    </article>
  );
}

interface ControlsProps {
  readonly training: Training;
  readonly actions: { readonly run: () => unknown; readonly step: () => unknown; readonly reset: () => void };
  readonly isFinished: boolean;
}

function Controls({ training, actions, isFinished }: ControlsProps) {
  const t = useText(text);
  const { lab } = useText(shell);
  const { isRunning, isOpening, open, error } = training;
  return (
    <section class="panel stage room-controls" aria-label={lab.run}>
      <div class="row">
        <button type="button" class="primary" disabled={isFinished} onClick={actions.run}>
          {isRunning ? `❚❚ ${lab.pause}` : `▶ ${lab.run}`}
        </button>
        <button type="button" disabled={isRunning || isFinished || isOpening} onClick={actions.step}>
          {lab.step}
        </button>
        <button type="button" disabled={open === undefined} onClick={actions.reset}>
          {lab.reset}
        </button>
        <span class="for-readers">{lab.keys}</span>
        {isOpening ? t.opening : open === undefined ? t.none : <Status open={open} />}
      </div>
      {error !== undefined && (
        <p class="notice" role="alert">
          {lab.failed} {error}
        </p>
      )}
      {open && <Failure open={open} training={training} />}
    </section>
  );
}

function Status({ open }: { readonly open: OpenSession }) {
  const t = useText(text);
  const { locale } = usePreferences();
  const view = open.branches[open.active]!;
  const { stepsPerEpoch } = open.info;
  const { epochs } = view.info.settings;
  const number = (value: number): string => formatNumber(value, locale, 3);
  const epoch = Math.min(epochs, Math.floor(view.step / stepsPerEpoch) + 1);
  const speed = view.series.values.imagesPerSecond.at(-1);
  return (
    <span data-testid="status" data-step={view.step} data-ended={view.ended}>
      {t.status(number(view.step), number(epochs * stepsPerEpoch), number(epoch))}
      {speed !== undefined && `, ${t.speed(number(speed))}`}
      {view.ended !== undefined && `. ${t.ends[view.ended]}`}
    </span>
  );
}

/** Where the numbers left the finite ones, and the way back. */
function Failure({ open, training }: { readonly open: OpenSession; readonly training: Training }) {
  const t = useText(text);
  const { locale } = usePreferences();
  const { info, failure } = open.branches[open.active]!;
  const kept = useComputed(
    async () => (failure === undefined ? undefined : open.session.snapshots(info.id)),
    [open.session, info.id, failure],
  );
  if (failure === undefined) return null;
  const step = kept.value?.at(-1);
  const learningRate = Number((info.settings.learningRate / 10).toPrecision(3));
  return (
    <div class="notice" role="alert" data-testid="failure">
      <p>{failure}</p>
      {step !== undefined && (
        <button type="button" onClick={() => training.branch({ branch: info.id, step }, { learningRate })}>
          {t.rewind(formatNumber(step, locale), formatNumber(learningRate, locale))}
        </button>
      )}
    </div>
  );
}

/** The rows of the table: the last steps of each branch that is drawn. */
const ROWS = 60;
const rowsOf = (views: readonly BranchView[]): number[][] =>
  views.flatMap(({ info, series: { steps, values } }) =>
    steps.slice(-ROWS).map((step, i) => {
      const at = Math.max(0, steps.length - ROWS) + i;
      const numbers = [values.loss, values.accuracy, values.learningRate, values.gradientNorm];
      return [info.id, step, ...numbers.map((list) => list[at]!)];
    }),
  );

/** What there is to see of a session. */
function Trained({ open, training }: { readonly open: OpenSession; readonly training: Training }) {
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
  const at = Math.min(seek ?? view.step, view.step);
  const shown = branches.filter(({ info }) => !hidden.has(info.id));
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
        {...{ session: open.session, settings: view.info.settings, classes: open.info.classes.length }}
        place={{ branch: active, step: at }}
        isBusy={isRunning}
      />
      <details class="panel">
        <summary>{lab.numbers}</summary>
        <DataTable caption={t.table} columns={t.tableColumns} rows={rowsOf(shown)} />
      </details>
    </>
  );
}
