// The runs that are drawn and listed, branches trained here and runs of the command line alike: their names, and their
// places, from which colours come. Knows nothing of how they are drawn.

import type { RunSummary } from "nabla/server";
import { useRef } from "preact/hooks";
import { useText } from "../../text/use-text.ts";
import type { DrawnRun } from "../curves/curve-panel.tsx";
import { text } from "../text.ts";
import type { BranchView, Training } from "../use-training.ts";
import { shownName } from "../watch/run-name.ts";
import type { WatchedRun } from "../watch/use-watched.ts";

/** A run as the table lists it: trained here, or watched. */
export interface ListedRun extends DrawnRun {
  readonly key: string;
  readonly branch?: BranchView;
  readonly watched?: WatchedRun;
  /** What the server's list says of a run that is watched. */
  readonly summary?: RunSummary | undefined;
}

/** A place for each key, which it keeps as long as it is there. */
function usePlaces(keys: readonly string[]): ReadonlyMap<string, number> {
  const places = useRef(new Map<string, number>()).current;
  for (const key of [...places.keys()]) if (!keys.includes(key)) places.delete(key);
  for (const key of keys) {
    if (places.has(key)) continue;
    const taken = new Set(places.values());
    let place = 0;
    while (taken.has(place)) place++;
    places.set(key, place);
  }
  return places;
}

export function useListedRuns(
  { open, earlier }: Pick<Training, "open" | "earlier">,
  watched: readonly WatchedRun[],
  summaries: readonly RunSummary[],
): readonly ListedRun[] {
  const t = useText(text);
  const runs = [
    ...[...earlier, ...(open?.branches ?? [])].map((branch) => ({
      key: `${branch.run}:${branch.info.id}`,
      name: t.branchName(branch.run, branch.info.id),
      series: branch.series,
      branch,
    })),
    ...watched.map((run) => ({
      key: `watched:${run.name}`,
      name: shownName(run.name),
      series: run.series,
      watched: run,
      summary: summaries.find(({ name }) => name === run.name),
    })),
  ];
  const places = usePlaces(runs.map(({ key }) => key));
  return runs.map((run) => ({ ...run, place: places.get(run.key)! }));
}
