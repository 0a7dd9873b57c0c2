// Watched runs that diverged: where, and how the command line goes on from what they saved before. Knows nothing of the
// page's own runs.
import type { RunSummary } from "nabla/server";
import { usePreferences } from "../../app/preferences.tsx";
import { formatNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { rateAfterDivergence } from "../settings.ts";
import { text } from "../text.ts";
import { shownName } from "./run-name.ts";
import type { WatchedRun } from "./use-watched.ts";

interface DivergedRunsProps {
  readonly runs: readonly WatchedRun[];
  readonly list: readonly RunSummary[];
}

export function DivergedRuns({ runs, list }: DivergedRunsProps) {
  return (
    <>
      {runs.map((run) => (
        <Diverged key={run.name} run={run} summary={list.find(({ name }) => name === run.name)} />
      ))}
    </>
  );
}

/** A path as a shell takes it for one word. */
const quoted = (path: string): string =>
  /^[\w./\\:@%+,=-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;

const folderOf = (path: string): string => path.replace(/[\\/][^\\/]*$/, "");

function Diverged({ run, summary }: { readonly run: WatchedRun; readonly summary: RunSummary | undefined }) {
  const t = useText(text);
  const { locale } = usePreferences();
  const { name, checkpoint, divergence } = run;
  // One that goes on from before tells anew only when it has done a step.
  if (divergence === undefined || summary?.state === "training") return null;
  const { first, step, message } = divergence;
  const set = summary?.config["lr"] ?? divergence.learningRate;
  const rate = typeof set === "number" ? set : undefined;
  const next = rate && rateAfterDivergence(rate);
  const number = (value: number): string => formatNumber(value, locale);
  return (
    <div class="notice" role="alert" data-testid="run-failure" data-run={name}>
      <p>
        <strong>
          {t.runDiverged(shownName(name), number(first?.step ?? step), first && t.values[first.kind](first))}
        </strong>
      </p>
      {rate !== undefined && <p>{t.divergedCure(number(rate))}</p>}
      {checkpoint === undefined && <p>{t.noRewind}</p>}
      {checkpoint !== undefined && next !== undefined && (
        <>
          <p>{t.rewindRun(number(checkpoint.step), number(next))}</p>
          <pre class="code" tabIndex={0}>
            {`nabla train --resume ${quoted(folderOf(checkpoint.path))} --lr ${next}`}
          </pre>
          <p>{t.rewindAgain}</p>
        </>
      )}
      <p class="engine-words" lang="en">
        {message}
      </p>
    </div>
  );
}
