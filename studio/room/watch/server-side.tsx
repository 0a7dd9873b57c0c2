// Runs of the command line: what its server has to show, runs to watch and sweeps, and folders that the reader opens.
import { useEffect, useRef } from "preact/hooks";
import type { FoundFile } from "../data/found-files.ts";
import { SweepPanel } from "../sweep/sweep-panel.tsx";
import { RunList } from "./run-list.tsx";
import { type ServerRuns, useRuns, useWatched, type WatchedRun } from "./use-watched.ts";

/** Runs watched at a time. */
export const MOST_WATCHED = 8;

/** The runs of the server and those of them that are watched. */
export interface Watch {
  readonly list: ServerRuns;
  readonly names: readonly string[];
  readonly watched: readonly WatchedRun[];
  choose(names: readonly string[]): void;
  leave(name: string): void;
}

/** `given` are the names of the runs that are watched, one a line; `onWatch` is told when they change. */
export function useWatch(given: string, onWatch: (names: string) => void): Watch {
  const list = useRuns();
  const hasChosen = useRef(given !== "");
  useEffect(() => {
    const live = list.runs?.find(({ state }) => state === "training");
    // Who has chosen nothing, and something is in training, comes to see that.
    if (live === undefined || hasChosen.current) return;
    hasChosen.current = true;
    onWatch(live.name);
  }, [list.runs]);
  const asked = given.split("\n").filter((name) => name !== "");
  const names = list.runs === undefined ? [] : [...new Set(asked)].slice(0, MOST_WATCHED);
  const watched = useWatched(names);
  const choose = (chosen: readonly string[]): void => {
    hasChosen.current = true;
    onWatch(chosen.slice(-MOST_WATCHED).join("\n"));
  };
  return { list, names, watched, choose, leave: (name) => choose(names.filter((each) => each !== name)) };
}

interface ServerSideProps {
  readonly watch: Watch;
  /** Given the files of a run folder that is opened. */
  readonly onOpen: (found: readonly FoundFile[]) => void;
}

export function ServerSide({ watch, onOpen }: ServerSideProps) {
  const { list, names, watched, choose } = watch;
  // Results are written when a trial ends.
  const turn = (list.runs ?? []).map(({ name, state }) => `${name} ${state}`).join();
  const problems = watched.flatMap(({ error }) => error ?? []);
  return (
    <>
      <RunList {...{ list, names, most: MOST_WATCHED, onNames: choose, onOpen }} problems={problems} />
      {list.runs && (
        <SweepPanel turn={turn} onWatch={(run) => choose([...names.filter((name) => name !== run), run])} />
      )}
    </>
  );
}
