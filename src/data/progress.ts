// What opening a data set tells while it works. Knows nothing of where the data comes from.

/** One step of opening a data set: bytes downloaded, images generated or decoded. */
export interface DataProgress {
  readonly stage: "download" | "generate" | "decode";
  /** The file or set being worked on. */
  readonly what: string;
  readonly done: number;
  /** `undefined` where the end is not known. */
  readonly total: number | undefined;
}

/** What every source of data takes: where to look, a seed, and whom to tell. */
export interface OpenOptions {
  /** Folder to look in, and nowhere else; `NABLA_DATA` and then the cache where none is given. */
  readonly dataDir?: string | undefined;
  /** Seed of generated data and of splits, 0 unless given. */
  readonly seed?: number | undefined;
  readonly onProgress?: ((progress: DataProgress) => void) | undefined;
  /** Told of what is not an error, e.g. a cache that cannot be written; by default a warning of the process. */
  readonly onWarning?: ((message: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}
