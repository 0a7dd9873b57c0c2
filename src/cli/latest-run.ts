// Finds the run that was trained last, for commands that are given none. Knows nothing of what a run holds.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { CheckpointError } from "../base/errors.ts";
import { MODEL_FILE } from "../train/checkpoint.node.ts";

/** The folder under `parent` whose model was saved last; throws `CheckpointError` where no model has been saved. */
export function latestRun(parent = "runs"): string {
  let names: string[] = [];
  try {
    names = readdirSync(parent, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? entry.name : [],
    );
  } catch {
    // No such folder: no runs.
  }
  const saved = names
    .map((name) => join(parent, name))
    .map((run) => ({ run, time: statSync(join(run, MODEL_FILE), { throwIfNoEntry: false })?.mtimeMs }))
    .filter((each): each is { run: string; time: number } => each.time !== undefined)
    .sort((a, b) => b.time - a.time);
  if (saved[0] !== undefined) return saved[0].run;
  throw new CheckpointError(
    `${parent}: there is no trained run in this folder. Train one with nabla train, or give a run folder.`,
    { parent },
  );
}
