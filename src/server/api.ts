// The studio's HTTP interface: its addresses and what each answers with. Runs in a browser, where the page imports it as
// `nabla/server`; knows nothing of how the server works.
import type {
  DivergenceEvent,
  EndEvent,
  EpochEvent,
  Evaluation,
  RunEvent,
  StartEvent,
  StepEvent,
} from "../train/events.ts";

/**
 * `training` while a process trains it, `done` at its end, `diverged` where it left the finite numbers, `interrupted` where
 * it ended before for another reason.
 */
export type RunState = "training" | "done" | "diverged" | "interrupted";

/** A run folder as the list of runs shows it. */
export interface RunSummary {
  /** Path below the folder of runs: `2026-03-09-1405-digits-cnn`, `sweep/trial-3`. */
  readonly name: string;
  /** The configuration it was made with. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly state: RunState;
  /** When it last wrote something, in milliseconds since 1970. */
  readonly modified: number;
  /** Whether a trained model is saved, which `model` then serves. */
  readonly hasModel: boolean;
  /** The newest event of each kind. */
  readonly start?: StartEvent;
  readonly step?: StepEvent;
  readonly epoch?: EpochEvent;
  readonly end?: EndEvent;
  readonly divergence?: DivergenceEvent;
}

/** One run: what the list shows, and the score on the test images once there is one. */
export interface RunDetail extends RunSummary {
  readonly score?: Evaluation;
}

/** Events of a run from a place in its metrics on. */
export interface MetricsPage {
  readonly events: readonly RunEvent[];
  /** The place after the last of them, to be given as `after` next time. */
  readonly next: string;
  /** False where there is more to be had at once. */
  readonly isComplete: boolean;
  /** True where `after` is no longer a place in the file, since the run was gone on with from before: all events anew. */
  readonly isRestarted: boolean;
}

/** A file with the state of training at some step. */
export interface CheckpointFile {
  readonly file: string;
  readonly bytes: number;
  readonly modified: number;
}

/** A sweep: a folder of runs with one table of results, as it was written. */
export interface SweepSummary {
  readonly name: string;
  readonly results: unknown;
}

/** Data sets that are served from files on the server's machine. */
export const SERVED_DATA = ["mnist", "fashion-mnist", "cifar10"] as const;
/** The data of the command line: what `nabla train --studio` learns from, or `nabla studio --data` names. */
export const GIVEN_DATA = "given";
export type ServedData = (typeof SERVED_DATA)[number] | typeof GIVEN_DATA;

/** The command line's data, where there is any beside the sets that go by their names. */
export interface DataOffer {
  readonly given?: {
    /** What it is called on the command line. */
    readonly title: string;
    readonly shape: readonly [number, number, number];
    readonly classes: readonly string[];
    /** Images of each part. */
    readonly train: number;
    readonly test: number;
  };
}

/** The name of a meta element that the server, and no other, puts into the page. */
export const SERVER_MARK = "nabla-server";

/** The answer to a request that failed; status 400 to 503. */
export interface Failure {
  readonly error: string;
}

const runPath = (name: string): string => `/api/runs/${encodeURIComponent(name)}`;

/** Where what is. All are GET but `stop`, which is POST. */
export const paths = {
  /** `RunSummary[]`, newest first. */
  runs: "/api/runs",
  /** `RunDetail`. */
  run: runPath,
  /** `MetricsPage`; `after` is "0" or a page's `next`. */
  metrics: (name: string, after = "0"): string => `${runPath(name)}/metrics?after=${after}`,
  /**
   * Server-sent events without end: each message is a `RunEvent` as JSON and has the place after it as its id; an event
   * named `restart` says that the run was gone on with from before and that all events follow anew.
   */
  stream: (name: string, after = "0"): string => `${runPath(name)}/stream?after=${after}`,
  /** The trained model, safetensors. */
  model: (name: string): string => `${runPath(name)}/model`,
  /** The run's report, a page of its own. */
  report: (name: string): string => `${runPath(name)}/report`,
  /** `CheckpointFile[]`, newest first. */
  checkpoints: (name: string): string => `${runPath(name)}/checkpoints`,
  /** A checkpoint's bytes, safetensors. */
  checkpoint: (name: string, file: string): string =>
    `${runPath(name)}/checkpoints/${encodeURIComponent(file)}`,
  /** POST: asks the process that trains it to finish its step and save; 409 where none does. */
  stop: (name: string): string => `${runPath(name)}/stop`,
  /** `SweepSummary[]`. */
  sweeps: "/api/sweeps",
  /** `DataOffer`. */
  offer: "/api/data",
  /**
   * Images and labels as safetensors: `train.images` U8 [N, C, H, W], `train.labels` U8 [N], the same of `test`, and
   * `classes` in the metadata as JSON. `part` leaves the other out, `limit` keeps the first images; of the command line's
   * data a fair sample. 404 where the files are not on the machine, 400 where more is asked for than one answer holds,
   * with what to do in `error`.
   */
  data: (name: ServedData, { part, limit }: { part?: "train" | "test"; limit?: number } = {}): string => {
    const query = new URLSearchParams({
      ...(part !== undefined && { part }),
      ...(limit !== undefined && { limit: String(limit) }),
    }).toString();
    return `/api/data/${name}${query === "" ? "" : `?${query}`}`;
  },
} as const;
