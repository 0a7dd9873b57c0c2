#!/usr/bin/env node
// The `nabla` command: hands the process's arguments, streams and signals to program.ts and exits with its code.
import { OUTPUT_CLOSED, type SignalSource } from "./interrupt.ts";
import { runCommandLine } from "./program.ts";
import { processTerminal } from "./terminal.ts";

const signals: SignalSource & { emit(event: string): boolean } = process;

let isReaderGone = false;
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") process.exit(1);
    if (isReaderGone) return;
    isReaderGone = true;
    // A reader that goes away (`nabla … | head`) is no failure; a run that listens saves itself first.
    if (!signals.emit(OUTPUT_CLOSED)) process.exit(0);
  });
}

const code = await runCommandLine(process.argv.slice(2), { terminal: processTerminal(), signals });
process.exitCode = code;
