#!/usr/bin/env node
// The `nabla` command: hands the process's arguments, streams and signals to program.ts and exits with its code.
import { runCommandLine } from "./program.ts";
import { processTerminal } from "./terminal.ts";

// A reader that goes away (`nabla … | head`) is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
}

const code = await runCommandLine(process.argv.slice(2), { terminal: processTerminal(), signals: process });
process.exitCode = code;
