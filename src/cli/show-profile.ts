// Tells a profile and saves its trace. Knows nothing of how the profile was made.
import { atomicWrite } from "../data/index.node.ts";
import { type Profile, traceOf } from "../profile/index.ts";
import { writeJson } from "./context.ts";
import { profileText } from "./render/profile.ts";
import type { Terminal } from "./terminal.ts";

/** Where the trace goes unless said. */
const TRACE_FILE = "nabla-trace.json";

/** `--profile` without a file, or with the one that takes the trace. */
export type ProfileFlag = string | true;

/** Writes the trace, then prints the tables, or with `isJson` one record. */
export async function showProfile(
  profile: Profile,
  flag: ProfileFlag,
  { terminal, isJson }: { readonly terminal: Terminal; readonly isJson: boolean },
): Promise<void> {
  const file = flag === true ? TRACE_FILE : flag;
  await atomicWrite(file, JSON.stringify(traceOf(profile)));
  const { runs: _, ...figures } = profile;
  if (isJson) writeJson(terminal, { type: "profile", ...figures, trace: file });
  else
    terminal.write(`${profileText(profile, terminal)}\ntrace saved as ${file}; open it at ui.perfetto.dev\n`);
}
