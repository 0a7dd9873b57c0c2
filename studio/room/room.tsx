// The training room: what is trained and how, the runs there are with their curves, their past, what is inside them.
import { useEffect, useMemo, useState } from "preact/hooks";
import { useComputed } from "../engine/use-computed.ts";
import { useRunKeys } from "../lab/keys.ts";
import { useLabState } from "../lab/state.ts";
import { shell } from "../text/index.ts";
import { useText } from "../text/use-text.ts";
import { Later } from "../widgets/later.tsx";
import { ADDRESS, printSettings, readSettings } from "./address.ts";
import { type Measure, stepAt } from "./clock.ts";
import { actionsOf, Controls } from "./controls.tsx";
import type { DataThere } from "./data/data-choice.tsx";
import type { FoundFile } from "./data/found-files.ts";
import { useDrop, useOwnFiles } from "./data/use-own-files.ts";
import "./room.css";
import { Overlay } from "./runs/overlay.tsx";
import { useListedRuns } from "./runs/shown-runs.ts";
import { isServedSource, type RoomSettings, SHAPES } from "./settings.ts";
import { Settings } from "./settings-panel.tsx";
import type { en } from "./text.en.ts";
import { text } from "./text.ts";
import { Trained } from "./trained.tsx";
import { engine, type OpenSession, useTraining } from "./use-training.ts";
import { RunInside } from "./watch/run-inside.tsx";
import { isServed } from "./watch/served.ts";
import { ServerSide, useWatch } from "./watch/server-side.tsx";
import { holdRun, useOpenedRuns } from "./watch/use-opened.ts";

/** Classes of each of the sets that everyone has. */
const TEN = 10;

/** Why the data that is chosen is not there, where it is not. */
function lackOf({ source }: RoomSettings, { own, given }: DataThere, t: typeof en): string | undefined {
  if (source === "files" && own.info === undefined) return t.noFiles;
  if (isServedSource(source) && !isServed()) return t.notServed;
  return source === "given" && given === undefined ? t.notGiven : undefined;
}

/** The step that is looked at: the last one, or one that was chosen. */
function useSeek(open: OpenSession | undefined) {
  const [chosen, setChosen] = useState<number>();
  useEffect(() => setChosen(undefined), [open?.session, open?.active]);
  const last = open === undefined ? 0 : open.branches[open.active]!.step;
  return { at: Math.max(0, Math.min(chosen ?? last, last)), seek: setChosen };
}

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
  const own = useOwnFiles(() => change({ source: "files" }));
  const given = useComputed(async () => (isServed() ? engine.dataOffer() : undefined), []).value;
  const lack = lackOf(settings, { own, given }, t);
  const training = useTraining(settings, lack);
  const watch = useWatch(address.watch, (names) => update({ watch: names }));
  const opened = useOpenedRuns(own.refuse);
  const watched = [...watch.watched, ...opened.runs];
  const summaries = [...(watch.list.runs ?? []), ...opened.summaries];
  const runs = useListedRuns(training, watched, summaries);
  const { open, isRunning, isOpening } = training;
  const { at, seek } = useSeek(open);
  useEffect(() => {
    document.title = `${t.title} · ${name}`;
  }, [t, name]);
  const pick = (measure: Measure, place: number): void => {
    if (open === undefined || isRunning) return;
    seek(Math.round(stepAt(open.branches[open.active]!.info.clock, measure, place)));
  };
  const isWatching = watch.names.length + opened.runs.length > 0;
  const isFixed = open !== undefined || isOpening;
  const takeData = (found: readonly FoundFile[]): void =>
    isFixed ? own.refuse(t.dropLater) : own.take(found);
  const takeFiles = (found: readonly FoundFile[]): void =>
    holdRun(found) ? opened.take(found) : takeData(found);
  const isOver = useDrop(takeFiles, own.refuse);
  const leave = (run: string): void => {
    watch.leave(run);
    opened.leave(run);
  };
  const info = settings.source === "files" ? own.info : settings.source === "given" ? given : undefined;
  // A form of many fields, which does not change with each step.
  const form = useMemo(
    () => (
      <Settings
        {...{ settings, lack, onChange: change, there: { own, given }, disabled: isFixed }}
        isOpen={!isFixed && !isWatching}
        shape={info?.shape ?? SHAPES[settings.source]}
        classes={info?.classes.length ?? TEN}
      />
    ),
    [address, isFixed, own.info, own.isReading, given, t, isWatching],
  );
  const errors = watch.watched.map(({ error }) => error);
  const server = useMemo(
    () => <ServerSide watch={watch} onOpen={takeFiles} />,
    [watch.list, address.watch, errors.join(), isFixed],
  );
  useRunKeys(actionsOf(training));
  return (
    <article class="lab room">
      <header>
        <h1>{t.title}</h1>
        <p class="lead">{t.lead}</p>
      </header>
      {isOver && (
        <div class="room-over" role="presentation">
          {isFixed ? t.dropRun : t.dropNow}
        </div>
      )}
      {own.problem !== undefined && (
        <p class="notice" role="alert" data-testid="drop-problem">
          {own.problem} {own.info && t.filesKept}
        </p>
      )}
      {server}
      {form}
      <Controls training={training} />
      {runs.length > 0 && <Overlay {...{ runs, training, onPick: pick, onLeave: leave }} />}
      {open && <Trained {...{ open, training, at, onSeek: seek }} />}
      {watched.length > 0 && (
        <Later>
          <RunInside runs={watched} list={summaries} there={{ own, given }} />
        </Later>
      )}
    </article>
  );
}
