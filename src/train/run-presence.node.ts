// How a run in training and others on the machine know of each other: a file that is kept fresh while the run trains, and
// one that asks it to stop. Files and no signals, so that nobody needs to know a process. Knows nothing of training.
import { rmSync } from "node:fs";
import { rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { atomicWrite } from "../data/atomic-write.node.ts";

/** Name of the file that is there, and not old, while a run trains. */
export const RUNNING_FILE = "running.json";
/** Name of the file that asks the run to finish its step and save. */
export const STOP_FILE = "stop";

const POLL_MS = 500;
// Many polls: a busy machine is late, and a process that was killed is to be noticed soon.
const STALE_MS = 15_000;

/** A run that shows it is in training. */
export interface Presence {
  /** Says that it no longer is; done when it returns. */
  release(): void;
}

const ageOf = async (path: string): Promise<number> =>
  Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? Number.NEGATIVE_INFINITY);

/** Shows in `folder` that the run trains; calls `onStop` once when somebody asks it to stop. */
export async function showPresence(folder: string, onStop: () => void): Promise<Presence> {
  const [running, stop] = [join(folder, RUNNING_FILE), join(folder, STOP_FILE)];
  // What was asked of an earlier process does not concern this one.
  await rm(stop, { force: true });
  await atomicWrite(running, `${JSON.stringify({ process: process.pid })}\n`);
  let isAsked = false;
  const timer = setInterval(async () => {
    const now = new Date();
    // A folder that was removed meanwhile is the run's own trouble, told where it next writes.
    await utimes(running, now, now).catch(() => {});
    if (isAsked || (await ageOf(stop)) === Number.POSITIVE_INFINITY) return;
    isAsked = true;
    onStop();
  }, POLL_MS);
  timer.unref();
  return {
    release() {
      clearInterval(timer);
      for (const path of [running, stop]) rmSync(path, { force: true });
    },
  };
}

/** Whether a process trains the run in `folder`. */
export const isInTraining = async (folder: string): Promise<boolean> =>
  (await ageOf(join(folder, RUNNING_FILE))) < STALE_MS;

/** Asks the process that trains the run in `folder` to finish its step and save; false where none does. */
export async function requestStop(folder: string): Promise<boolean> {
  if (!(await isInTraining(folder))) return false;
  await atomicWrite(join(folder, STOP_FILE), "");
  return true;
}
