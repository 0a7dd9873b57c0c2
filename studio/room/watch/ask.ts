// Questions to the command line's server. Runs in the worker; whether there is a server is for the page to know.
import { DataError } from "nabla";
import type { Failure } from "nabla/server";

/** The answer as JSON; undefined where there is no server of ours at this address. */
export async function ask<T>(path: string): Promise<T | undefined> {
  const answer = await fetch(path).catch(() => undefined);
  // Another server answers with a page of its own, or with nothing.
  if (!answer?.headers.get("content-type")?.includes("json")) return undefined;
  const value = (await answer.json()) as T | Failure;
  if (answer.ok) return value as T;
  throw new DataError((value as Failure).error, { path });
}
