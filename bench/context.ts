// What every section of the benchmark is given, and what it gives back.
import type { Ceiling } from "./ceiling.ts";
import type { Torch } from "./peers/torch.ts";

/** The command line, understood. */
export interface Options {
  readonly sections: readonly string[];
  /** Fewer and shorter bursts: to see that everything runs. */
  readonly isQuick: boolean;
  /** Seconds of one burst of a training step. */
  readonly seconds: number;
  /** Bursts of each side. */
  readonly rounds: number;
  /** Names of nets to time; all if empty. */
  readonly nets: readonly string[];
  /** Batch sizes to time; each net's own if empty. */
  readonly batches: readonly number[];
  /** Beginnings of scenes of the studio to watch; all if empty. */
  readonly scenes: readonly string[];
  /** A folder that keeps the trace of each scene. */
  readonly traces: string | undefined;
  readonly json: string;
}

/** Given to every section. */
export interface Context {
  readonly options: Options;
  readonly ceiling: Ceiling;
  /** PyTorch, where Python has it. */
  readonly torch: Torch | undefined;
}

/** One measurement, for the JSON file. */
export type Row = Readonly<Record<string, string | number | undefined>>;

/** Measures, prints its tables and gives its rows. */
export type Section = (context: Context) => Promise<Row[]>;
