// The runs of the command line: a table to choose from, the curves of those chosen over each other, the newest of them
// from inside. Shown only where the page has a server.
import { paths, type RunSummary } from "nabla/server";
import { useState } from "preact/hooks";
import { usePreferences } from "../../app/preferences.tsx";
import { useComputed } from "../../engine/use-computed.ts";
import { formatNumber, formatPercent } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { CurvePanel } from "../curves/curve-panel.tsx";
import { Confusion } from "../inspect/confusion.tsx";
import { Spread } from "../inspect/spread.tsx";
import { TileSheet } from "../inspect/tile-sheet.tsx";
import { text } from "../text.ts";
import { engine } from "../use-training.ts";
import { type RunList, useWatched, type WatchedRun } from "./use-watched.ts";

/** Runs watched at a time, and rows of the table. */
export const MOST_WATCHED = 8;
const MOST_ROWS = 200;

interface WatchPanelProps {
  readonly list: RunList;
  readonly names: readonly string[];
  readonly onNames: (names: readonly string[]) => void;
}

export function WatchPanel({ list, names, onNames }: WatchPanelProps) {
  const t = useText(text);
  const watched = useWatched(names);
  const [problem, setProblem] = useState<string>();
  const choose = (name: string, isOn: boolean): void =>
    onNames(isOn ? [...names, name] : names.filter((each) => each !== name));
  const stop = (name: string): void => {
    setProblem(undefined);
    engine.stopRun(name).catch((error: unknown) => {
      setProblem(error instanceof Error ? error.message : String(error));
    });
  };
  const { runs = [] } = list;
  const errors = [list.error, problem, ...watched.map(({ error }) => error)].filter(
    (each) => each !== undefined,
  );
  const newest = watched.at(-1);
  return (
    <>
      <section class="panel stage" aria-label={t.watch}>
        <h2>{t.watch}</h2>
        {errors.map((error) => (
          <p key={error} class="notice" role="alert">
            {error}
          </p>
        ))}
        {runs.length === 0 ? (
          <p>{t.noRuns}</p>
        ) : (
          <div class="table-scroll" tabIndex={0} role="region" aria-label={t.watch}>
            <RunTable runs={runs.slice(0, MOST_ROWS)} {...{ names }} onChoose={choose} onStop={stop} />
          </div>
        )}
      </section>
      {watched.length > 0 && (
        <CurvePanel runs={watched.map(({ name, series }, place) => ({ name, series, place }))} />
      )}
      {newest && <Inside run={newest} state={runs.find(({ name }) => name === newest.name)?.state} />}
      {newest && (
        <p
          class="for-readers"
          data-testid="watched"
          data-name={newest.name}
          data-points={newest.series.steps.length}
          data-loss={newest.series.points.loss.at(-1)}
        />
      )}
    </>
  );
}

interface RunTableProps {
  readonly runs: readonly RunSummary[];
  readonly names: readonly string[];
  readonly onChoose: (name: string, isOn: boolean) => void;
  readonly onStop: (name: string) => void;
}

function RunTable({ runs, names, onChoose, onStop }: RunTableProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  return (
    <table data-testid="runs">
      <thead>
        <tr>
          {t.runColumns.map((column) => (
            <th key={column} scope="col">
              {column}
            </th>
          ))}
          <td />
        </tr>
      </thead>
      <tbody>
        {runs.map(({ name, state, step, epoch, start }) => {
          const isOn = names.includes(name);
          const accuracy = epoch?.validation?.accuracy ?? epoch?.train.accuracy;
          return (
            <tr key={name} data-run={name} data-state={state}>
              <th scope="row">
                <label class="check">
                  <input
                    type="checkbox"
                    checked={isOn}
                    disabled={!isOn && names.length >= MOST_WATCHED}
                    onChange={(event) => onChoose(name, event.currentTarget.checked)}
                  />
                  {name}
                </label>
              </th>
              <td>{t.states[state]}</td>
              <td>{`${formatNumber(epoch?.epoch ?? 0, locale)}${start ? ` / ${formatNumber(start.epochs, locale)}` : ""}`}</td>
              <td>{step && formatNumber(step.step, locale)}</td>
              <td>{accuracy !== undefined && formatPercent(accuracy, locale, 2)}</td>
              <td>
                {state === "training" ? (
                  <button type="button" onClick={() => onStop(name)}>
                    {t.stop}
                  </button>
                ) : (
                  <a href={paths.report(name)} target="_blank" rel="noreferrer">
                    {t.report}
                  </a>
                )}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

interface InsideProps {
  readonly run: WatchedRun;
  readonly state: RunSummary["state"] | undefined;
}

/** Histograms while it trains, and what its score and its net show at the end. */
function Inside({ run, state }: InsideProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  const inside = useComputed(() => engine.runInside(run.name), [run.name, state, run.end !== undefined]);
  const { score, filters } = inside.value ?? {};
  if (run.histograms === undefined && score === undefined && filters === undefined) return null;
  return (
    <section class="panel stage" aria-label={run.name}>
      <h2>{run.name}</h2>
      {score && (
        <>
          <p>{t.testScore(formatPercent(score.accuracy, locale, 2), formatNumber(score.loss, locale))}</p>
          <Confusion confusion={score.confusion} classes={score.confusion.map((_, i) => String(i))} />
        </>
      )}
      {filters && (
        <div>
          <h3>{t.filters}</h3>
          <TileSheet
            {...{ sheet: filters, scale: "signed", size: 44 }}
            label={t.filtersLabel(formatNumber(filters.count, locale), filters.layer)}
          />
        </div>
      )}
      {run.histograms && (
        <details>
          <summary>{t.spread}</summary>
          <Spread spread={run.histograms} />
        </details>
      )}
    </section>
  );
}
