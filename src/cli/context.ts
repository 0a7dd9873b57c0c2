// What every command is given, and how it answers: text for people, or a JSON object a line for machines.
// Knows nothing of what the commands do.
import { type Command, Option } from "commander";
import type { SignalSource } from "./interrupt.ts";
import type { Terminal } from "./terminal.ts";

/** The surroundings of a command: where it writes and where signals come from. */
export interface Context {
  readonly terminal: Terminal;
  readonly signals: SignalSource;
}

/** Options that every command has. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly debug?: boolean;
}

/** Adds `--json` and `--debug`; both are read by program.ts as well, where parsing itself fails. */
export const withCommonOptions = (command: Command): Command =>
  command
    .option("--json", "write one JSON object a line instead of text")
    .option("--debug", "show where an error comes from");

/** Writes one JSON line; numbers that JSON lacks (NaN, infinities) become null. */
export const writeJson = ({ write }: Terminal, record: unknown): void => write(`${JSON.stringify(record)}\n`);

/** An option whose value is a number; what is no number is kept as text, so that the schema can quote it. */
export const numberOption = (flags: string, description: string): Option =>
  new Option(flags, description).argParser((value: string) => {
    const number = Number(value);
    return value.trim() === "" || Number.isNaN(number) ? value : number;
  });

/** The option for the size that pictures are brought to; a text, as 0x5 would be a number. */
export const sizeOption = (): Option =>
  new Option("--size <pixels>", "bring all pictures to this size: 64, 48x64 (height, width), 1x28x28 (grey)");
