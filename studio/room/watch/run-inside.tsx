// A run of the command line from inside.
import type { RunSummary } from "nabla/server";
import { usePreferences } from "../../app/preferences.tsx";
import { useComputed } from "../../engine/use-computed.ts";
import { formatNumber, formatPercent } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { Confusion } from "../inspect/confusion.tsx";
import { Spread } from "../inspect/spread.tsx";
import { TileSheet } from "../inspect/tile-sheet.tsx";
import { text } from "../text.ts";
import { engine } from "../use-training.ts";
import type { WatchedRun } from "./use-watched.ts";

export function RunInside({
  runs,
  list,
}: {
  readonly runs: readonly WatchedRun[];
  readonly list: readonly RunSummary[];
}) {
  const newest = runs.at(-1)!;
  return (
    <>
      <Inside run={newest} state={list.find(({ name }) => name === newest.name)?.state} />
      <p
        class="for-readers"
        data-testid="watched"
        data-name={newest.name}
        data-points={newest.series.steps.length}
        data-loss={newest.series.points.loss.at(-1)}
      />
    </>
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
