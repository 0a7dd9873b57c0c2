// The runs of the command line: a table to choose from, with what can be done with each.

import { paths, type RunSummary } from "nabla/server";
import { useState } from "preact/hooks";
import { usePreferences } from "../../app/preferences.tsx";
import { type Fault, faultOf } from "../../engine/fault.ts";
import { formatNumber, formatPercent } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { ColumnHeads } from "../../widgets/column-heads.tsx";
import { FaultText } from "../../widgets/fault-text.tsx";
import { type FoundFile, filesOfInput } from "../data/found-files.ts";
import { text } from "../text.ts";
import { engine } from "../use-training.ts";
import type { ServerRuns } from "./use-watched.ts";

const MOST_ROWS = 200;
/** So many need no search. */
const FEW = 8;

interface RunListProps {
  readonly list: ServerRuns;
  /** Those that are watched, and how many there may be. */
  readonly names: readonly string[];
  readonly most: number;
  /** What went wrong with those that are watched. */
  readonly problems: readonly Fault[];
  readonly onNames: (names: readonly string[]) => void;
  /** Given the files of a run folder that is opened. */
  readonly onOpen: (found: readonly FoundFile[]) => void;
}

export function RunList({ list, names, most, problems, onNames, onOpen }: RunListProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  const [problem, setProblem] = useState<Fault>();
  const [wanted, setWanted] = useState("");
  const choose = (name: string, isOn: boolean): void =>
    onNames(isOn ? [...names, name] : names.filter((each) => each !== name));
  const stop = (name: string): void => {
    setProblem(undefined);
    engine.stopRun(name).catch((error: unknown) => {
      setProblem(faultOf(error));
    });
  };
  const { runs = [] } = list;
  const found = runs.filter(({ name }) => name.toLowerCase().includes(wanted.trim().toLowerCase()));
  const errors = [list.error, problem, ...problems].filter((each) => each !== undefined);
  return (
    <section class="panel stage" aria-label={t.watch}>
      <h2>{t.watch}</h2>
      {errors.map((error) => (
        <p key={error.message} class="notice" role="alert">
          <FaultText fault={error} />
        </p>
      ))}
      {list.runs !== undefined && runs.length === 0 && <p>{t.noRuns}</p>}
      {runs.length > 0 && (
        <>
          {runs.length > FEW && (
            <div class="row end">
              <label class="field">
                <span class="label">{t.findRun}</span>
                <input
                  type="search"
                  value={wanted}
                  onInput={(event) => setWanted(event.currentTarget.value)}
                />
              </label>
              <span class="hint" aria-live="polite">
                {t.runsFound(formatNumber(found.length, locale), formatNumber(runs.length, locale))}
              </span>
            </div>
          )}
          <div class="table-scroll" tabIndex={0} role="region" aria-label={t.watch}>
            <Rows runs={found.slice(0, MOST_ROWS)} {...{ names, most }} onChoose={choose} onStop={stop} />
          </div>
        </>
      )}
      <label class="field">
        <span class="label">{t.openRun}</span>
        <input
          type="file"
          multiple
          {...{ webkitdirectory: true }}
          onChange={(event) => onOpen(filesOfInput(event.currentTarget))}
        />
      </label>
    </section>
  );
}

interface RowsProps {
  readonly runs: readonly RunSummary[];
  readonly names: readonly string[];
  readonly most: number;
  readonly onChoose: (name: string, isOn: boolean) => void;
  readonly onStop: (name: string) => void;
}

function Rows({ runs, names, most, onChoose, onStop }: RowsProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  return (
    <table data-testid="runs">
      <thead>
        <tr>
          <ColumnHeads columns={t.runColumns} />
          <td />
        </tr>
      </thead>
      <tbody>
        {runs.map(({ name, state, step, epoch, start, hasModel }) => {
          const isOn = names.includes(name);
          const accuracy = epoch?.validation?.accuracy ?? epoch?.train.accuracy;
          return (
            <tr key={name} data-run={name} data-state={state}>
              <th scope="row">
                <label class="check">
                  <input
                    type="checkbox"
                    checked={isOn}
                    disabled={!isOn && names.length >= most}
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
                  hasModel && (
                    <a href={paths.report(name)} target="_blank" rel="noreferrer">
                      {t.report}
                    </a>
                  )
                )}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
