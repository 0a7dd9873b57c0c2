// The training room: what is trained and how, the runs there are with their curves, their past, what is inside them.
import { useEffect, useMemo, useState } from "preact/hooks";
import { useComputed } from "../engine/use-computed.ts";
import { useRunKeys } from "../lab/keys.ts";
import { useLabState } from "../lab/state.ts";
import { shell } from "../text/index.ts";
import { useText } from "../text/use-text.ts";
import { FaultText } from "../widgets/fault-text.tsx";
import { Later } from "../widgets/later.tsx";
import { ADDRESS, printSettings, readSettings } from "./address.ts";
import { type Measure, placeOf, stepAt } from "./clock.ts";
import { actionsOf, Controls } from "./controls.tsx";
import type { DataThere } from "./data/data-choice.tsx";
import type { FoundFile } from "./data/found-files.ts";
import { type OwnFiles, useDrop, useOwnFiles } from "./data/use-own-files.ts";
import "./room.css";
import { Overlay } from "./runs/overlay.tsx";
import { useListedRuns } from "./runs/shown-runs.ts";
import { isServedSource, type RoomSettings, SHAPES } from "./settings.ts";
import { Settings } from "./settings-panel.tsx";
import type { en } from "./text.en.ts";
import { text } from "./text.ts";
import { Trained } from "./trained.tsx";
import { engine, type OpenSession, useTraining } from "./use-training.ts";
import { DivergedRuns } from "./watch/diverged-runs.tsx";
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

/** What the address says: settings and the runs that are watched. */
function useAddress() {
  const [address, update] = useLabState(
    "room",
    { ...ADDRESS, watch: "" as string },
    ({ watch, ...given }) => ({
      ...printSettings(readSettings(given)),
      watch,
    }),
  );
  return { address, update, settings: readSettings(address) };
}

interface FormProps {
  readonly settings: RoomSettings;
  readonly there: DataThere;
  readonly lack: string | undefined;
  readonly isFixed: boolean;
  readonly isWatching: boolean;
  readonly onChange: (change: Partial<RoomSettings>) => void;
}

/** A form of many fields, which does not change with each step. */
function useForm({ settings, there, lack, isFixed, isWatching, onChange }: FormProps) {
  const { own, given } = there;
  const info = settings.source === "files" ? own.info : settings.source === "given" ? given : undefined;
  return useMemo(
    () => (
      <Settings
        {...{ settings, there, lack, onChange, disabled: isFixed, isOpen: !isFixed && !isWatching }}
        shape={info?.shape ?? SHAPES[settings.source]}
        classes={info?.classes.length ?? TEN}
      />
    ),
    [JSON.stringify(settings), lack, isFixed, own.info, own.isReading, given, isWatching],
  );
}

/** Files held over the page, and what was wrong with those given last. */
function FilesNotice({ own, over }: { readonly own: OwnFiles; readonly over: string | undefined }) {
  const t = useText(text);
  return (
    <>
      {over !== undefined && (
        <div class="room-over" role="presentation">
          {over}
        </div>
      )}
      {own.problem !== undefined && (
        <p class="notice" role="alert" data-testid="drop-problem">
          <FaultText fault={own.problem} /> {own.info && t.filesKept}
        </p>
      )}
    </>
  );
}

export function Room() {
  const t = useText(text);
  const { name } = useText(shell);
  const { address, update, settings } = useAddress();
  const own = useOwnFiles(() => update({ source: "files" }));
  const given = useComputed(async () => (isServed() ? engine.dataOffer() : undefined), []).value;
  const there = { own, given };
  const lack = lackOf(settings, there, t);
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
  const isFixed = open !== undefined || isOpening;
  const takeFiles = (found: readonly FoundFile[]): void => {
    if (holdRun(found)) opened.take(found);
    else if (isFixed) own.refuse({ message: t.dropLater });
    else own.take(found);
  };
  const isOver = useDrop(takeFiles, own.refuse);
  const isWatching = watch.names.length + opened.runs.length > 0;
  const onChange = (more: Partial<RoomSettings>): void => update(printSettings({ ...settings, ...more }));
  const form = useForm({ settings, there, lack, isFixed, isWatching, onChange });
  const errors = watch.watched.map(({ error }) => error);
  const server = useMemo(
    () => <ServerSide watch={watch} onOpen={takeFiles} />,
    [watch.list, address.watch, errors.map((error) => error?.message).join(), isFixed],
  );
  useRunKeys(actionsOf(training));
  const active = open?.branches[open.active];
  const markOn = (measure: Measure): number | undefined =>
    active && at < active.step ? placeOf(active.info.clock, measure, at) : undefined;
  const pick = (measure: Measure, place: number): void => {
    if (active !== undefined && !isRunning) seek(Math.round(stepAt(active.info.clock, measure, place)));
  };
  const leave = (run: string): void => {
    watch.leave(run);
    opened.leave(run);
  };
  return (
    <article class="lab room">
      <header>
        <h1>{t.title}</h1>
        <p class="lead">{t.lead}</p>
      </header>
      <FilesNotice own={own} over={isOver ? (isFixed ? t.dropRun : t.dropNow) : undefined} />
      {server}
      {form}
      <Controls training={training} />
      <DivergedRuns runs={watched} list={summaries} />
      {runs.length > 0 && <Overlay {...{ runs, training, markOn, onPick: pick, onLeave: leave }} />}
      {open && <Trained {...{ open, training, at, onSeek: seek }} />}
      {watched.length > 0 && (
        <Later>
          <RunInside runs={watched} list={summaries} there={there} />
        </Later>
      )}
    </article>
  );
}
