// Run folders that the reader opened, as the page holds them: their curves, which grow no more.
import type { RunSummary } from "nabla/server";
import { useState } from "preact/hooks";
import { type Fault, faultOf } from "../../engine/fault.ts";
import { useText } from "../../text/use-text.ts";
import { type FoundFile, isTooLarge, readFound } from "../data/found-files.ts";
import { text } from "../text.ts";
import { engine } from "../use-training.ts";
import { freshRun, takeBatch, type WatchedRun } from "./use-watched.ts";

interface Opened {
  readonly run: WatchedRun;
  readonly summary: RunSummary;
}

export interface OpenedRuns {
  readonly runs: readonly WatchedRun[];
  readonly summaries: readonly RunSummary[];
  take(found: readonly FoundFile[]): void;
  leave(name: string): void;
}

/** Files of a run folder that are worth reading. */
const WANTED = /(^|\/)(metrics\.jsonl|config\.json|evaluation\.json|[^/]+\.safetensors)$/;
export const holdRun = (found: readonly FoundFile[]): boolean =>
  found.some(([path]) => /(^|\/)metrics\.jsonl$/.test(path));

/** `onProblem` is told why a folder could not be opened, and of none where it could. */
export function useOpenedRuns(onProblem: (problem: Fault | undefined) => void): OpenedRuns {
  const t = useText(text);
  const [opened, setOpened] = useState<readonly Opened[]>([]);
  const take = async (found: readonly FoundFile[]): Promise<void> => {
    const wanted = found.filter(([path]) => WANTED.test(path));
    if (isTooLarge(wanted)) throw new Error(t.filesTooLarge);
    const taken = (await engine.takeRuns(await readFound(wanted))).map(({ summary, batch }): Opened => {
      const run = freshRun(summary.name);
      takeBatch(run, batch);
      return { run, summary };
    });
    const names = taken.map(({ run }) => run.name);
    onProblem(undefined);
    setOpened((before) => [...before.filter(({ run }) => !names.includes(run.name)), ...taken]);
  };
  return {
    runs: opened.map(({ run }) => run),
    summaries: opened.map(({ summary }) => summary),
    take: (found) => void take(found).catch((error: unknown) => onProblem(faultOf(error))),
    leave: (name) => {
      setOpened((before) => before.filter(({ run }) => run.name !== name));
      void engine.leaveRun(name);
    },
  };
}
