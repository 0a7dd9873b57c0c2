// The runs of the server as the page holds them: the list, kept fresh, and the curves of those that are watched.
import type { RunSummary } from "nabla/server";
import { useEffect, useRef, useState } from "preact/hooks";
import { type Fault, faultOf } from "../../engine/fault.ts";
import { clockOf } from "../clock.ts";
import { Series } from "../curves/series.ts";
import { engine } from "../use-training.ts";
import type { Batch } from "./feed.ts";
import { isServed } from "./served.ts";

/** Milliseconds between two looks at the list. */
const REFRESH = 4000;

export interface ServerRuns {
  /** Undefined while it is not known, and where the page has no server. */
  readonly runs: readonly RunSummary[] | undefined;
  readonly error: Fault | undefined;
}

/** The server's runs, newest first. */
export function useRuns(): ServerRuns {
  const [list, setList] = useState<ServerRuns>({ runs: undefined, error: undefined });
  useEffect(() => {
    if (!isServed()) return;
    let isWanted = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (): Promise<void> => {
      try {
        const runs = await engine.listRuns();
        if (isWanted && runs !== undefined) setList({ runs, error: undefined });
      } catch (error) {
        if (isWanted) setList((before) => ({ ...before, error: faultOf(error) }));
      }
      if (isWanted) timer = setTimeout(look, REFRESH);
    };
    void look();
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, []);
  return list;
}

/** A run that is watched, with its curves so far. */
export interface WatchedRun {
  readonly name: string;
  series: Series;
  histograms: Batch["histograms"];
  checkpoint: Batch["checkpoint"];
  divergence: Batch["divergence"];
  end: Batch["end"];
  error: Fault | undefined;
}

export const freshRun = (name: string): WatchedRun => ({
  ...{ name, series: new Series(), histograms: undefined, checkpoint: undefined },
  ...{ divergence: undefined, end: undefined, error: undefined },
});

export function takeBatch(run: WatchedRun, batch: Batch): void {
  if (batch.isRestarted) Object.assign(run, freshRun(run.name));
  if (batch.start !== undefined) run.series.clock = clockOf(batch.start);
  run.series.add(batch.points, batch.epochs);
  run.histograms = batch.histograms ?? run.histograms;
  run.checkpoint = batch.checkpoint ?? run.checkpoint;
  run.divergence = batch.divergence ?? run.divergence;
  run.end = batch.end ?? (batch.points.step.length > 0 ? undefined : run.end);
}

/** Follows these runs while the page is open; those that are no longer named are let go. */
export function useWatched(names: readonly string[]): readonly WatchedRun[] {
  const [, setTurn] = useState(0);
  const followed = useRef(new Map<string, { readonly run: WatchedRun; readonly leave: () => void }>());
  useEffect(() => {
    for (const [name, { leave }] of followed.current) {
      if (names.includes(name)) continue;
      leave();
      followed.current.delete(name);
    }
    for (const name of names) {
      if (!followed.current.has(name)) {
        const run = freshRun(name);
        followed.current.set(name, { run, leave: follow(run, () => setTurn((turn) => turn + 1)) });
      }
    }
    setTurn((turn) => turn + 1);
  }, [names.join("\n")]);
  useEffect(
    () => () => {
      for (const { leave } of followed.current.values()) leave();
      followed.current.clear();
    },
    [],
  );
  return names.flatMap((name) => followed.current.get(name)?.run ?? []);
}

/** Takes in a run's events as they come, calling `onNews` after each batch; gives what ends it. */
function follow(run: WatchedRun, onNews: () => void): () => void {
  let isWanted = true;
  const feed = engine.watchRun(run.name);
  const loop = async (): Promise<void> => {
    try {
      const { next } = await feed;
      while (isWanted) {
        const batch = await next();
        if (batch === undefined || !isWanted) return;
        takeBatch(run, batch);
        onNews();
      }
    } catch (error) {
      run.error = faultOf(error);
      onNews();
    }
  };
  void loop();
  return () => {
    isWanted = false;
    void feed.then(({ close }) => close());
  };
}
