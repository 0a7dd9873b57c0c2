// Downloads one file from the first mirror that serves it whole and unchanged. Knows nothing of what the file is.
import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { DataError } from "../base/errors.ts";
import { atomicWrite } from "./atomic-write.node.ts";

/** A file to download: where from, where to, and what must be true of it. */
export interface Download {
  /** Names the data set in messages. */
  readonly name: string;
  /** Mirrors, tried in order. */
  readonly urls: readonly string[];
  /** Path to write; appears only once the whole file is there and checked. */
  readonly to: string;
  /** Hexadecimal SHA-256 the bytes must have. */
  readonly sha256?: string | undefined;
  readonly maxBytes: number;
  /** A mirror that sends nothing for this long is given up, 30 000 ms unless given. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Bytes so far and, where the server says, in all. */
  readonly onProgress?: ((done: number, total: number | undefined) => void) | undefined;
  /** What the user can do when no mirror works: a whole sentence or two. */
  readonly cure: string;
}

/** Why one mirror failed; `offline` where it was not reached at all. */
interface Refusal {
  readonly reason: string;
  readonly offline: boolean;
}

class MirrorError extends Error {
  readonly offline: boolean;
  constructor(reason: string, offline = false) {
    super(reason);
    this.offline = offline;
  }
}

/**
 * Downloads to `to` through a temporary file beside it. Throws the signal's reason on abort, and a `DataError` of one
 * line when no mirror works: `no network` where none was reached, else each mirror's reason.
 */
export async function download(job: Download): Promise<void> {
  const refusals: Refusal[] = [];
  for (const url of job.urls) {
    job.signal?.throwIfAborted();
    try {
      await atomicWrite(job.to, (file) => fetchInto(file, url, job), { signal: job.signal });
      return;
    } catch (error) {
      if (job.signal?.aborted) throw job.signal.reason;
      if (!(error instanceof MirrorError)) throw error;
      refusals.push({ reason: `${new URL(url).host}: ${error.message}`, offline: error.offline });
    }
  }
  const isOffline = refusals.every(({ offline }) => offline);
  const why = isOffline ? "no network" : refusals.map(({ reason }) => reason).join("; ");
  throw new DataError(`${job.name}: could not be downloaded (${why}). ${job.cure}`, {
    name: job.name,
    urls: job.urls,
    reasons: refusals.map(({ reason }) => reason),
  });
}

/** Streams one mirror's answer into the open file, checking size and hash; throws `MirrorError`. */
async function fetchInto(file: FileHandle, url: string, job: Download): Promise<void> {
  const idle = new AbortController();
  const timeoutMs = job.timeoutMs ?? 30_000;
  let timer = setTimeout(() => idle.abort(), timeoutMs);
  const restart = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => idle.abort(), timeoutMs);
  };
  const onAbort = (): void => idle.abort();
  job.signal?.addEventListener("abort", onAbort);
  try {
    const response = await connect(url, idle.signal);
    await copy(response, file, job, restart);
  } catch (error) {
    if (!job.signal?.aborted && idle.signal.aborted) {
      throw new MirrorError(`sent nothing for ${timeoutMs / 1000} s`, true);
    }
    throw error;
  } finally {
    clearTimeout(timer);
    job.signal?.removeEventListener("abort", onAbort);
    // Frees the connection where the answer was refused before its end.
    idle.abort();
  }
}

async function connect(url: string, signal: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { signal, redirect: "follow" });
  } catch (error) {
    throw new MirrorError(reasonOf(error), true);
  }
  if (!response.ok) throw new MirrorError(`HTTP ${response.status}`);
  return response;
}

/** fetch() says only "fetch failed"; the cause has the code (ENOTFOUND, ECONNREFUSED, …). */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error & { cause?: NodeJS.ErrnoException };
  return cause?.code ?? cause?.message ?? message;
}

async function copy(response: Response, file: FileHandle, job: Download, alive: () => void): Promise<void> {
  const { maxBytes, sha256, onProgress } = job;
  const length = Number(response.headers.get("content-length") ?? Number.NaN);
  // With a content encoding the length counts packed bytes, while the stream gives unpacked ones.
  const total =
    Number.isSafeInteger(length) && !response.headers.has("content-encoding") ? length : undefined;
  if (total !== undefined && total > maxBytes) {
    throw new MirrorError(`offers ${total} bytes, at most ${maxBytes} are expected`);
  }
  const hash = createHash("sha256");
  let done = 0;
  for await (const chunk of bytesOf(response)) {
    alive();
    done += chunk.length;
    if (done > maxBytes) throw new MirrorError(`sends more than the ${maxBytes} bytes expected`);
    hash.update(chunk);
    await file.writeFile(chunk);
    onProgress?.(done, total);
  }
  if (total !== undefined && done !== total) throw new MirrorError(`sent ${done} of ${total} bytes`);
  const actual = hash.digest("hex");
  if (sha256 !== undefined && actual !== sha256) {
    throw new MirrorError(`SHA-256 is ${actual}, expected ${sha256}`);
  }
}

async function* bytesOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (!reader) return;
  while (true) {
    let part: Awaited<ReturnType<typeof reader.read>>;
    try {
      part = await reader.read();
    } catch (error) {
      throw new MirrorError(`broke off (${reasonOf(error)})`);
    }
    if (part.done) return;
    yield part.value;
  }
}
