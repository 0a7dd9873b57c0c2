// What the command line learns from, as its studio offers it to the page. Knows nothing of servers.
import { basename } from "node:path";
import type { DataSet, ImageSource } from "../data/index.ts";
import { SERVED_DATA } from "../server/api.ts";
import type { GivenData } from "../server/index.node.ts";

/** Sets that every page has, by their names. */
const NAMED: readonly string[] = ["digits", ...SERVED_DATA];

/** The data of this name or path, as it will be opened, for the page; none for a set that goes by its name. */
export function giveData(data: string, opened: Promise<DataSet<ImageSource>>): GivenData | undefined {
  return NAMED.includes(data) ? undefined : { title: basename(data), open: () => opened };
}
