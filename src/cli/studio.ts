// Serves the studio for a command: tells its address, opens it in a browser where asked, and waits for the end.
// Loaded only where it is wanted. Knows nothing of what the server does.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { DivergenceError } from "../base/errors.ts";
import { type GivenData, type Studio, type StudioOptions, startStudio } from "../server/index.node.ts";
import { QuietExit } from "./failure.ts";
import { SIGNALLED, type SignalSource, STOP_SIGNALS } from "./interrupt.ts";

/** What the command line says of a studio. */
export interface StudioFlags {
  readonly port?: number | undefined;
  readonly host?: string | undefined;
  readonly public?: boolean | undefined;
  readonly runs?: string | undefined;
  readonly open?: boolean | undefined;
  readonly dataDir?: string | undefined;
  /** What is learned from, where the page is to offer it. */
  readonly given?: GivenData | undefined;
}

const WARNING =
  "warning: others in the network can reach this studio, and what they send and see is not encrypted. " +
  "Whoever has its address with the token sees the runs and can stop them.";

/** How a studio's address and what goes with it are told. */
export interface StudioVoice {
  readonly serve: (url: string) => void;
  readonly remark: (text: string) => void;
}

/** Starts a studio and tells its address. */
async function openStudio(
  { port, host, public: isPublic, runs, open, dataDir, given }: StudioFlags,
  { serve, remark }: StudioVoice,
): Promise<Studio> {
  const options: StudioOptions = { port, host, isPublic, runs, dataDir, data: given };
  const studio = await startStudio(options);
  if (isPublic === true) remark(WARNING);
  serve(studio.url);
  if (open !== true) return studio;
  const leave = openInBrowser(studio.url, remark);
  return { ...studio, close: () => studio.close().finally(leave) };
}

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ["open"],
  win32: ["cmd", "/c", "start", ""],
};

/**
 * Opens an address by way of a file that only this user can read, since every user of the machine sees the arguments of
 * a command; gives what removes the file.
 */
function openInBrowser(url: string, remark: (text: string) => void): () => void {
  const folder = mkdtempSync(join(tmpdir(), "nabla-studio-"));
  const file = join(folder, "open.html");
  writeFileSync(file, `<!doctype html><meta http-equiv="refresh" content="0;url=${url}">\n`, { mode: 0o600 });
  const [command, ...args] = OPENERS[process.platform] ?? ["xdg-open"];
  const child = spawn(command!, [...args, pathToFileURL(file).href], { stdio: "ignore", detached: true });
  child.on("error", () => remark("note: no browser could be opened; open the address above by hand."));
  child.unref();
  return () => rmSync(folder, { recursive: true, force: true });
}

/** Serves a studio until a signal asks for its end. */
export async function serveStudio(
  flags: StudioFlags,
  voice: StudioVoice,
  signals: SignalSource,
): Promise<void> {
  const studio = await openStudio(flags, voice);
  await untilStopped(signals);
  await studio.close();
}

/**
 * Serves a studio while `action` is done, and after it until a signal asks for the end; so too where training diverged,
 * which the page tells of. Where `action` fails otherwise or was itself ended by a signal, the studio ends with it.
 */
export async function whileServed(
  flags: StudioFlags,
  voice: StudioVoice,
  signals: SignalSource,
  action: () => Promise<void>,
): Promise<void> {
  const studio = await openStudio(flags, voice);
  try {
    // A stop that was asked for on the page, or a pause, ends the training and not the watching.
    const stopped = await action().catch((error: unknown) => {
      if (error instanceof QuietExit && error.exitCode < SIGNALLED) return error;
      if (!(error instanceof DivergenceError)) throw error;
      voice.remark(error.message);
      return error;
    });
    voice.remark(`the studio is still served at ${studio.url}; Ctrl-C ends it`);
    await untilStopped(signals);
    if (stopped !== undefined) throw stopped;
  } finally {
    await studio.close();
  }
}

/** Resolves at the first signal that asks for a stop. */
function untilStopped(signals: SignalSource): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      for (const signal of STOP_SIGNALS) signals.off(signal, stop);
      resolve();
    };
    for (const signal of STOP_SIGNALS) signals.on(signal, stop);
  });
}
