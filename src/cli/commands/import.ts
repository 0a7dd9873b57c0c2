// `nabla import`: an ONNX model as a run that eval, predict and the others take. Knows nothing of ONNX itself.
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Command } from "commander";
import { ConfigError } from "../../base/errors.ts";
import { resolveConfig } from "../config.ts";
import { type CommonOptions, type Context, withCommonOptions, writeJson } from "../context.ts";

interface ImportOptions extends CommonOptions {
  readonly out: string;
  readonly classes?: string;
  readonly data?: string;
}

/** Adds `nabla import <file>`. */
export function addImport(program: Command, context: Context): void {
  const command = program
    .command("import")
    .description("take in an image classifier from an ONNX file, to score it, use it and export it")
    .argument("<file>", "ONNX model of one input of images and one output of classes")
    .requiredOption("--out <folder>", "run folder to make")
    .option(
      "--classes <names>",
      "names of the classes, separated by commas (default: those in the file, or 0, 1, …)",
    )
    .option("--data <name>", "data set that eval takes unless told");
  withCommonOptions(command).action((file: string, options: ImportOptions) =>
    importFile(file, options, context),
  );
}

async function importFile(file: string, options: ImportOptions, { terminal }: Context): Promise<void> {
  const { out, classes, data, json = false } = options;
  const { loadOnnx, ONNX_FILE } = await import("../load-saved.ts");
  const { exportOnnx } = await import("../../onnx/index.ts");
  const { atomicWrite } = await import("../../data/index.node.ts");
  const { CONFIG_FILE, createRunFolder } = await import("../../train/index.node.ts");
  const { describe } = await import("../../nn/index.ts");
  if (existsSync(join(out, CONFIG_FILE))) {
    throw new ConfigError(`import: ${out} holds a run already. Choose another folder with --out.`, { out });
  }
  const names = classes?.split(",").map((name) => name.trim());
  const config = resolveConfig({ model: basename(file, ".onnx"), out, ...(data !== undefined && { data }) });
  const { withDevice } = await import("../open-device.ts");
  await withDevice(config, async () => {
    const model = await loadOnnx(file, names);
    // Written anew, so that classes and normalisation are in the file and nothing else of what was in it is.
    const bytes = await exportOnnx(model);
    await createRunFolder(out, config);
    try {
      await atomicWrite(join(out, ONNX_FILE), bytes);
    } catch (error) {
      await rm(join(out, CONFIG_FILE), { force: true });
      throw error;
    }
    const parameters = describe(model.net, model.shape).reduce((sum, row) => sum + row.parameters, 0);
    const { shape, classes: known } = model;
    if (json) writeJson(terminal, { type: "import", folder: out, shape, classes: known, parameters });
    else
      terminal.write(
        `${out}: ${known.length} classes of ${shape.join("×")} images, ${parameters} parameters\n`,
      );
  });
}
