// The training room: what is trained and how, its curves, its past, its branches.
import { useEffect, useMemo, useState } from "preact/hooks";
import { usePreferences } from "../app/preferences.tsx";
import { useComputed } from "../engine/use-computed.ts";
import { useRunKeys } from "../lab/keys.ts";
import { useLabState } from "../lab/state.ts";
import { shell } from "../text/index.ts";
import { formatNumber } from "../text/locale.ts";
import { useText } from "../text/use-text.ts";
import { ADDRESS, printSettings, readSettings } from "./address.ts";
import type { GivenFile } from "./open-files.ts";
import "./room.css";
import { type RoomSettings, SHAPES } from "./settings.ts";
import { Settings } from "./settings-panel.tsx";
import { text } from "./text.ts";
import { Trained } from "./trained.tsx";
import { engine, isOver, type OpenSession, type Training, useTraining } from "./use-training.ts";
import { ServerSide } from "./watch/server-side.tsx";

/** Classes of each of the sets that everyone has. */
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
    reset: () => isOpening || training.reset(),
  };
  const isFixed = open !== undefined || isOpening;
  // A form of many fields, which does not change with each step.
  const form = useMemo(
    () => (
      <Settings
        {...{ settings, files, onChange: change, onFiles: setFiles, disabled: isFixed }}
        shape={own.value?.shape ?? SHAPES[settings.source]}
        classes={own.value?.classes.length ?? TEN}
        fault={isOwn ? own.error : undefined}
      />
    ),
    [address, files, isFixed, own, isOwn],
  );
  const server = useMemo(
    () => <ServerSide watch={address.watch} onWatch={(watch) => update({ watch })} />,
    [address.watch],
  );
  useRunKeys(actions);
  return (
    <article class="lab room">
      <header>
        <h1>{t.title}</h1>
        <p class="lead">{t.lead}</p>
      </header>
      {server}
      {form}
      <Controls training={training} actions={actions} isFinished={isFinished} />
      {open && <Trained open={open} training={training} />}
    </article>
  );
}

interface ControlsProps {
  readonly training: Training;
  readonly actions: {
    readonly run: () => unknown;
    readonly step: () => unknown;
    readonly reset: () => unknown;
  };
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
  const speed = view.series.points.imagesPerSecond.at(-1);
  return (
    <span data-testid="status" data-step={view.step} data-ended={view.ended}>
      {t.status(number(view.step), number(epochs * stepsPerEpoch), number(epoch))}
      {speed !== undefined && `, ${t.speed(number(speed))}`}
      {view.ended !== undefined && `. ${t.ends[view.ended]}`}
    </span>
  );
}

/** Steps before the one at which a run diverged that are not gone back to. */
const SAFE = 10;

/** Where the numbers left the finite ones, and the way back. */
function Failure({ open, training }: { readonly open: OpenSession; readonly training: Training }) {
  const t = useText(text);
  const { locale } = usePreferences();
  const view = open.branches[open.active]!;
  const { info, failure } = view;
  const kept = useComputed(
    async () => (failure === undefined ? undefined : open.session.snapshots(info.id)),
    [open.session, info.id, failure],
  );
  if (failure === undefined) return null;
  // Shortly before the end the weights are on their way already.
  const step = kept.value?.findLast((each) => each <= view.step - SAFE) ?? kept.value?.[0];
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
