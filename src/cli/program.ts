// The command line as a whole: its commands, and one way out for help, results and failures.
// Knows nothing of what a command does.
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { addCheck } from "./commands/check.ts";
import { addData } from "./commands/data.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addEval } from "./commands/eval.ts";
import { addExplain } from "./commands/explain.ts";
import { addExport } from "./commands/export.ts";
import { addImport } from "./commands/import.ts";
import { addPredict } from "./commands/predict.ts";
import { addStudio } from "./commands/studio.ts";
import { addSummary } from "./commands/summary.ts";
import { addSweep } from "./commands/sweep.ts";
import { addTrain } from "./commands/train.ts";
import type { Context } from "./context.ts";
import { writeJson } from "./context.ts";
import { exitCodeOf, failureRecord, failureText, QuietExit } from "./failure.ts";

const COMMANDS = [
  ...[addTrain, addSweep, addEval, addPredict, addExplain, addSummary],
  ...[addExport, addImport],
  ...[addCheck, addData, addStudio, addDoctor],
];

/** The version in the package's manifest. */
export function packageVersion(): string {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

/** Runs one command line (without `node` and the script) and returns the code to exit with; prints every failure. */
export async function runCommandLine(args: readonly string[], context: Context): Promise<number> {
  const { terminal } = context;
  try {
    await buildProgram(context).parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    const code = exitCodeOf(error);
    if (error instanceof QuietExit) return code;
    // Commander has printed its own errors and the help already.
    if (!(error instanceof CommanderError)) terminal.writeError(failureText(error, args.includes("--debug")));
    if (code !== 0 && args.includes("--json")) writeJson(terminal, failureRecord(error));
    return code;
  }
}

function buildProgram(context: Context): Command {
  const { terminal } = context;
  const program = new Command("nabla")
    .description("Trains image networks and shows how well they do.")
    .version(packageVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    // What follows a command's name is its own, even where the command above has an option of that name.
    .enablePositionalOptions()
    .showHelpAfterError("(--help lists what there is)")
    .exitOverride()
    .configureOutput({
      writeOut: terminal.write,
      writeErr: terminal.writeError,
      getOutHelpWidth: () => Math.min(terminal.columns, 110),
      getErrHelpWidth: () => Math.min(terminal.columns, 110),
      getOutHasColors: () => terminal.hasColours,
      getErrHasColors: () => false,
    });
  for (const add of COMMANDS) add(program, context);
  return program;
}
