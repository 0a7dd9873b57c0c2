// From a thrown value to what is printed and the code the process ends with. Knows nothing of single commands.
import { CommanderError } from "commander";
import { BugError, ConfigError, NablaError } from "../base/errors.ts";

/** The end of a command that has told the reason itself (an interrupted run, a failed check): only a code is left to give. */
export class QuietExit extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`ended with code ${exitCode}`);
    this.name = "QuietExit";
    this.exitCode = exitCode;
  }
}

/** Exit code of a failure: 2 for how the command was called or configured, 128 + n for signal n, 1 for the rest. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof QuietExit) return error.exitCode;
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  return error instanceof ConfigError ? 2 : 1;
}

const SYSTEM: Record<string, string> = {
  ENOENT: "does not exist",
  EACCES: "may not be read or written by this user",
  EPERM: "may not be changed by this user",
  ENOSPC: "does not fit: the disk is full",
  EISDIR: "is a folder",
  ENOTDIR: "is not in a folder",
  EROFS: "is on a file system that cannot be written",
};

/** The lines printed for a failure, without the stack unless `debug`; at most two lines otherwise. */
export function failureText(error: unknown, debug: boolean): string {
  if (!(error instanceof Error)) return `error: ${String(error)}\n`;
  if (debug) return `${stackOf(error)}\n`;
  const [first = "", second] = messageOf(error).split("\n");
  const known = error instanceof NablaError && !(error instanceof BugError);
  const advice = known || isSystem(error) ? second : "This looks like a fault of Nabla: --debug shows where.";
  return `error: ${first}\n${advice ? `${advice}\n` : ""}`;
}

/** A failure as plain data, for `--json`. */
export function failureRecord(error: unknown): Record<string, unknown> {
  const code = error instanceof NablaError ? error.code : isSystem(error) ? error.code : "ERROR";
  const fields = error instanceof NablaError ? { fields: error.fields } : {};
  return {
    type: "error",
    code,
    message: error instanceof Error ? messageOf(error) : String(error),
    ...fields,
  };
}

const isSystem = (error: unknown): error is NodeJS.ErrnoException & { code: string } =>
  error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === "string";

function messageOf(error: Error): string {
  if (!isSystem(error)) return error.message || error.name;
  const { code, path } = error;
  const why = SYSTEM[code];
  return why && path ? `${path} ${why} (${code})` : error.message;
}

function stackOf(error: Error): string {
  const own = error.stack ?? `${error.name}: ${error.message}`;
  return error.cause instanceof Error ? `${own}\ncaused by ${stackOf(error.cause)}` : own;
}
