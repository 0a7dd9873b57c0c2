// `nabla studio`: serves the page that shows runs and labs. Knows nothing of how it is served.
import type { Command } from "commander";
import { type CommonOptions, type Context, numberOption, withCommonOptions, writeJson } from "../context.ts";
import type { StudioFlags, StudioVoice } from "../studio.ts";

/** Adds `nabla studio`. */
export function addStudio(program: Command, context: Context): void {
  const command = program
    .command("studio")
    .description("serve the studio: runs as they train, and labs, on a page in the browser")
    .option("--runs <folder>", "folder of the runs to show", "runs")
    .addOption(numberOption("--port <n>", "port to listen at (default: any free one)"))
    .option("--host <address>", "address to listen at", "127.0.0.1")
    .option("--public", "allow a host that others in the network can reach")
    .option("--data-dir <folder>", "look for the files of data sets here, and nowhere else")
    .option("--open", "open it in the browser");
  withCommonOptions(command).action((options: StudioFlags & CommonOptions) => serve(options, context));
}

async function serve(options: StudioFlags & CommonOptions, { terminal, signals }: Context): Promise<void> {
  const { serveStudio } = await import("../studio.ts");
  const voice: StudioVoice = {
    serve: (url) => {
      if (options.json) writeJson(terminal, { type: "studio", url });
      else terminal.write(`studio ${terminal.colours.cyan(url)}\nCtrl-C ends it\n`);
    },
    remark: (text) => terminal.writeError(`${text}\n`),
  };
  await serveStudio(options, voice, signals);
}
