// The results of sweeps as tables: a row a trial, a column a swept field, whatever files they came from. Runs in the worker.
import { paths, type SweepSummary } from "nabla/server";
import { ask } from "../watch/ask.ts";

/** A value of a swept field. */
export type Setting = number | string | boolean;

export interface Trial {
  readonly trial: number;
  readonly state: string;
  /** The run's name on the server. */
  readonly run: string;
  /** By the fields of the sweep. */
  readonly settings: readonly Setting[];
  readonly accuracy: number;
  readonly loss: number;
}

export interface Sweep {
  readonly name: string;
  readonly fields: readonly string[];
  /** Those with a score, best first as the file has them. */
  readonly trials: readonly Trial[];
  /** Trials without one. */
  readonly unscored: number;
}

const MOST_TRIALS = 500;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isSetting = (value: unknown): value is Setting =>
  ["number", "string", "boolean"].includes(typeof value);

function trialOf(name: string, item: unknown, fields: readonly string[]): Trial | undefined {
  if (!isObject(item) || !isObject(item["point"]) || !Array.isArray(item["scores"])) return undefined;
  const score: unknown = item["scores"].at(-1);
  if (!isObject(score)) return undefined;
  const { accuracy, loss } = score;
  const settings = fields.map((field) => (item["point"] as Record<string, unknown>)[field]);
  if (typeof accuracy !== "number" || typeof loss !== "number" || !settings.every(isSetting))
    return undefined;
  const folder = String(item["folder"]);
  return {
    ...{ trial: Number(item["trial"]), state: String(item["state"]), run: `${name}/${folder}` },
    ...{ settings, accuracy, loss },
  };
}

/** The table of a sweep's results; undefined where they are of another kind. */
export function readSweep({ name, results }: SweepSummary): Sweep | undefined {
  const items =
    isObject(results) && Array.isArray(results["results"]) ? (results["results"] as unknown[]) : [];
  const points = items.flatMap((item) => (isObject(item) && isObject(item["point"]) ? [item["point"]] : []));
  if (points.length === 0) return undefined;
  const fields = [...new Set(points.flatMap((point) => Object.keys(point)))];
  const trials = items.flatMap((item) => trialOf(name, item, fields) ?? []);
  return { name, fields, trials: trials.slice(0, MOST_TRIALS), unscored: items.length - trials.length };
}

export async function listSweeps(): Promise<Sweep[]> {
  const found = (await ask<SweepSummary[]>(paths.sweeps)) ?? [];
  return found.flatMap((summary) => readSweep(summary) ?? []);
}
