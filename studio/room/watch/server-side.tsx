// What the command line's server has to show: runs to watch and sweeps. Nothing where the page has no server.
import { useEffect, useRef } from "preact/hooks";
import { SweepPanel } from "../sweep/sweep-panel.tsx";
import { useRuns } from "./use-watched.ts";
import { MOST_WATCHED, WatchPanel } from "./watch-panel.tsx";

interface ServerSideProps {
  /** The names of the runs that are watched, one a line. */
  readonly watch: string;
  readonly onWatch: (watch: string) => void;
}

export function ServerSide({ watch, onWatch }: ServerSideProps) {
  const list = useRuns();
  const hasChosen = useRef(watch !== "");
  useEffect(() => {
    const live = list.runs?.find(({ state }) => state === "training");
    // Who has chosen nothing, and something is in training, comes to see that.
    if (live === undefined || hasChosen.current) return;
    hasChosen.current = true;
    onWatch(live.name);
  }, [list.runs]);
  if (list.runs === undefined) return null;
  const names = [...new Set(watch.split("\n").filter((name) => name !== ""))].slice(0, MOST_WATCHED);
  const choose = (chosen: readonly string[]): void => {
    hasChosen.current = true;
    onWatch(chosen.slice(-MOST_WATCHED).join("\n"));
  };
  return (
    <>
      <WatchPanel list={list} names={names} onNames={choose} />
      <SweepPanel onWatch={(run) => choose([...names.filter((name) => name !== run), run])} />
    </>
  );
}
