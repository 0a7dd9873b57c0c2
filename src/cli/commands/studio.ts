// `nabla studio`: serves the page that shows runs and labs. Knows nothing of how it is served.
import type { Command } from "commander";
import { checkFlags } from "../config.ts";
import {
  type CommonOptions,
  type Context,
  numberOption,
  sizeOption,
  withCommonOptions,
  writeJson,
} from "../context.ts";
import { giveData } from "../given-data.ts";
import { openImages } from "../open-data.ts";
import type { StudioFlags, StudioVoice } from "../studio.ts";

/** Adds `nabla studio`. */
export function addStudio(program: Command, context: Context): void {
  const command = program
    .command("studio")
    .description("serve the studio: runs as they train, and labs, on a page in the browser")
    .option("--runs <folder>", "folder of the runs to show, or of one run", "runs")
    .addOption(numberOption("--port <n>", "port to listen at (default: any free one)"))
    .option("--host <address>", "address to listen at", "127.0.0.1")
    .option("--public", "allow a host that others in the network can reach")
    .option("--data <source>", "pictures to learn from on the page: a folder, a CSV file, tar shards")
    .addOption(sizeOption())
    .option("--data-dir <folder>", "look for the files of data sets here, and nowhere else")
    .option("--open", "open it in the browser");
  withCommonOptions(command).action((options: Options) => serve(options, context));
}

interface Options extends Omit<StudioFlags, "given">, CommonOptions {
  readonly data?: string;
  readonly size?: string;
}

async function serve({ data, size, ...options }: Options, { terminal, signals }: Context): Promise<void> {
  const request = data && { data, dataDir: options.dataDir, ...checkFlags({ size }) };
  // Opened before anything is served, so that what is wrong with it is told here.
  const given =
    request && giveData(request.data, Promise.resolve(await openImages(request, terminal, options.json)));
  const { serveStudio } = await import("../studio.ts");
  const voice: StudioVoice = {
    serve: (url) => {
      if (options.json) writeJson(terminal, { type: "studio", url });
      else terminal.write(`studio ${terminal.colours.cyan(url)}\nCtrl-C ends it\n`);
    },
    remark: (text) => terminal.writeError(`${text}\n`),
  };
  await serveStudio({ ...options, ...(given && { given }) }, voice, signals);
}
