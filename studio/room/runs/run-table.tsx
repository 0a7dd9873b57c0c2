// The runs whose curves there are, whatever trains them: where each began, what it has otherwise, how far it is, whether
// it is drawn, and what can be done with it.
import { usePreferences } from "../../app/preferences.tsx";
import { formatNumber, formatPercent } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { printLayers } from "../address.ts";
import { placeOf } from "../clock.ts";
import { lineOf } from "../curves/curve-panel.tsx";
import type { RoomSettings } from "../settings.ts";
import { text } from "../text.ts";
import { isOver, type Training } from "../use-training.ts";
import type { ListedRun } from "./shown-runs.ts";

/** Columns that hold words, not numbers. */
const WORDS = ["state", "changed"];

interface RunTableProps {
  readonly runs: readonly ListedRun[];
  readonly training: Training;
  readonly hidden: ReadonlySet<string>;
  readonly onShow: (key: string, isShown: boolean) => void;
  readonly onLeave: (name: string) => void;
}

export function RunTable({ runs, training, hidden, onShow, onLeave }: RunTableProps) {
  const t = useText(text);
  return (
    <div class="room-runs" tabIndex={0} role="region" aria-label={t.runs}>
      <table data-testid="shown-runs">
        <caption class="for-readers">{t.runs}</caption>
        <thead>
          <tr>
            {Object.entries(t.columns).map(([name, column]) => (
              <th key={name} scope="col" class={WORDS.includes(name) ? "words" : ""}>
                {column}
              </th>
            ))}
            <td />
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <RunRow
              key={run.key}
              {...{ run, training, onLeave }}
              isShown={!hidden.has(run.key)}
              onShow={(isShown) => onShow(run.key, isShown)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RunRowProps extends Pick<RunTableProps, "training" | "onLeave"> {
  readonly run: ListedRun;
  readonly isShown: boolean;
  readonly onShow: (isShown: boolean) => void;
}

function RunRow({ run, training, isShown, onShow, onLeave }: RunRowProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  const { name, series, place, branch } = run;
  const { colour, width } = lineOf(place);
  const step = Math.max(branch?.step ?? 0, series.last);
  const epoch = series.clock && placeOf(series.clock, "epoch", step);
  const loss = series.points.loss.at(-1);
  const score = series.epochs.at(-1)?.validation;
  return (
    <tr data-branch={branch?.info.id} data-key={run.key}>
      <th scope="row">
        <label class="check">
          <input
            type="checkbox"
            aria-label={`${t.shown}: ${name}`}
            checked={isShown}
            onChange={(event) => onShow(event.currentTarget.checked)}
          />
          <svg class="room-swatch" viewBox="0 0 24 8" aria-hidden="true">
            <line x1="0" y1="4" x2="24" y2="4" stroke={`var(${colour})`} stroke-width={width + 1} />
          </svg>
          {name}
        </label>
      </th>
      <td class="words">
        <State {...{ run, training }} />
      </td>
      <td data-value={step}>{formatNumber(step, locale)}</td>
      <td data-value={epoch}>{epoch !== undefined && formatNumber(epoch, locale, 3)}</td>
      <td data-value={loss}>{loss === undefined ? "" : formatNumber(loss, locale, 4)}</td>
      <td data-value={score?.accuracy}>{score && formatPercent(score.accuracy, locale, 2)}</td>
      <td class="words room-about">
        <About {...{ run, training }} />
      </td>
      <td>
        <Action {...{ run, training, onLeave }} />
      </td>
    </tr>
  );
}

function State({ run, training }: { readonly run: ListedRun; readonly training: Training }) {
  const t = useText(text);
  const { branch, watched, summary } = run;
  if (watched !== undefined) {
    const state = watched.divergence ? "diverged" : summary?.state;
    return <>{watched.error ? t.lost : state ? t.states[state] : ""}</>;
  }
  const { ended, failure } = branch!;
  if (failure !== undefined) return <>{t.states.diverged}</>;
  if (ended !== undefined) return <>{t.states.done}</>;
  const isActive = training.open?.branches[training.open.active] === branch;
  return <>{isActive && training.isRunning ? t.states.training : t.states.paused}</>;
}

/** What a run is: how a branch differs from the one it left, a run from the one before; what a watched run learns. */
function About({ run, training }: { readonly run: ListedRun; readonly training: Training }) {
  const t = useText(text);
  const { locale } = usePreferences();
  const changes = useChanges();
  if (run.branch === undefined) {
    const { data, model } = run.summary?.config ?? {};
    const names = [data, model].filter((each) => typeof each === "string");
    // Of a path its end is enough.
    return <>{names.map((name) => name.split(/[\\/]/).at(-1)).join(", ")}</>;
  }
  const { info, run: number } = run.branch;
  const all = [...training.earlier, ...(training.open?.branches ?? [])];
  const before =
    info.parent === undefined
      ? all.findLast((view) => view.run < number && view.info.id === 0)
      : all.find((view) => view.run === number && view.info.id === info.parent);
  const list = before === undefined ? [] : changes(info.settings, before.info.settings);
  if (info.parent !== undefined) {
    const leaves = t.leaves(t.branchName(number, info.parent), formatNumber(info.from, locale));
    return <>{[leaves, ...(list.length > 0 ? list : [t.unchanged])].join(", ")}</>;
  }
  return <>{list.join(", ")}</>;
}

/** What settings have that others have otherwise, in words. */
function useChanges(): (settings: RoomSettings, before: RoomSettings) => string[] {
  const t = useText(text);
  const { locale } = usePreferences();
  const printed = (settings: RoomSettings, key: keyof RoomSettings): string => {
    if (key === "layers") return t.net;
    const value = {
      ...settings,
      source: t.sources[settings.source],
      schedule: t.schedules[settings.schedule],
      augment: settings.augment.map((name) => t.augmentations[name]).join(" + ") || t.nothing,
    }[key];
    const name = key === "source" ? t.data : t[key];
    return `${name} ${typeof value === "number" ? formatNumber(value, locale) : value}`;
  };
  const plain = (settings: RoomSettings, key: keyof RoomSettings): string =>
    key === "layers" ? printLayers(settings.layers) : String(settings[key]);
  return (settings, before) =>
    (Object.keys(settings) as (keyof RoomSettings)[])
      .filter((key) => plain(settings, key) !== plain(before, key))
      .map((key) => printed(settings, key));
}

/** What can be done with it: gone on with, or let go. */
function Action({ run, training, onLeave }: Omit<RunRowProps, "isShown" | "onShow">) {
  const t = useText(text);
  const { open, isRunning } = training;
  const { branch, watched, name } = run;
  const isOpen = branch !== undefined && open?.run === branch.run;
  if (isOpen && open.active === branch.info.id) return <>{t.active}</>;
  if (isOpen) {
    return (
      <button type="button" disabled={isRunning} onClick={() => training.activate(branch.info.id)}>
        {isOver(branch) ? t.lookAt : t.goOn}
      </button>
    );
  }
  return (
    <button
      type="button"
      aria-label={`${t.leave}: ${name}`}
      onClick={() => (branch === undefined ? onLeave(watched!.name) : training.forget(branch))}
    >
      {t.leave}
    </button>
  );
}
