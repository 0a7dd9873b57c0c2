// Reads a run's metrics from a place in the file on. A place names its offset and a sum of the bytes before it, so that a
// file that was cut and written anew, as a resumed run does, is noticed by anyone who kept one. Knows nothing of HTTP.
import { DataError } from "../base/errors.ts";
import { crc32 } from "../formats/crc32.ts";
import { METRICS_FILE } from "../train/index.node.ts";
import { type OpenFile, openBelow, readAt } from "./confined.ts";

/** One line of the metrics, an event as JSON, and the place after it. */
export interface Line {
  readonly text: string;
  readonly place: string;
}

/** The lines from a place on, as in `MetricsPage`. */
export interface Lines {
  readonly lines: readonly Line[];
  readonly next: string;
  readonly isComplete: boolean;
  readonly isRestarted: boolean;
}

/** Bytes read at a time, which the longest line must fit into. */
const CHUNK = 4_000_000;
const MARK_BYTES = 64;

const PLACE = /^(\d{1,15})(?:-([0-9a-f]{8}))?$/;

/** Whether the text names a place: "0", a plain offset, or what was given out before. */
export const isPlace = (text: string): boolean => PLACE.test(text);

const placeAfter = (offset: number, before: Uint8Array): string =>
  offset === 0 ? "0" : `${offset}-${crc32(before.subarray(-MARK_BYTES)).toString(16).padStart(8, "0")}`;

const isEvent = (line: string): boolean => {
  try {
    return typeof (JSON.parse(line) as { type?: unknown } | null)?.type === "string";
  } catch {
    // What a killed process left of its last line.
    return false;
  }
};

/** The whole lines of the run in `folder` after the place, a few megabytes at most. */
export async function readLines(folder: string, after: string): Promise<Lines> {
  const file = await openBelow(folder, METRICS_FILE);
  if (file === undefined) return { lines: [], next: "0", isComplete: true, isRestarted: after !== "0" };
  try {
    const [, offset = "0", mark] = PLACE.exec(after) ?? [];
    const begin = Number(offset);
    const isKnown = begin <= file.size && (mark === undefined || mark === (await markAt(file, begin)));
    const page = await readFrom(file, isKnown ? begin : 0);
    return { ...page, isRestarted: !isKnown };
  } finally {
    await file.handle.close();
  }
}

async function markAt(file: OpenFile, offset: number): Promise<string> {
  const before = await readAt(file, Math.max(0, offset - MARK_BYTES), Math.min(offset, MARK_BYTES));
  return placeAfter(offset, before).split("-")[1] ?? "";
}

async function readFrom(file: OpenFile, begin: number): Promise<Omit<Lines, "isRestarted">> {
  const first = Math.max(0, begin - MARK_BYTES);
  const bytes = await readAt(file, first, Math.min(CHUNK, file.size - first));
  const lines: Line[] = [];
  let at = begin - first;
  for (;;) {
    const end = bytes.indexOf(10, at);
    if (end < 0) break;
    const text = new TextDecoder().decode(bytes.subarray(at, end));
    at = end + 1;
    if (isEvent(text)) lines.push({ text, place: placeAfter(first + at, bytes.subarray(0, at)) });
  }
  if (first + at === begin && bytes.length === CHUNK) {
    throw new DataError(
      `metrics: the line at byte ${begin} of ${METRICS_FILE} is longer than ${CHUNK} bytes. Remove it.`,
      { begin },
    );
  }
  const next = placeAfter(first + at, bytes.subarray(0, at));
  return { lines, next, isComplete: first + bytes.length >= file.size };
}
