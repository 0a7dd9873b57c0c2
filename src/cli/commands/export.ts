// `nabla export`: a saved model in another form. Knows nothing of the forms.
import { type Command, Option } from "commander";
import { type CommonOptions, type Context, withCommonOptions, writeJson } from "../context.ts";
import type { Format } from "../export-model.ts";

interface ExportOptions extends CommonOptions {
  readonly format: Format;
  readonly out?: string;
  readonly input: "uint8" | "float32";
}

/** Adds `nabla export <run>`. */
export function addExport(program: Command, context: Context): void {
  const command = program
    .command("export")
    .description("write a saved network as ONNX, as weights alone, or as a TypeScript program")
    .argument("<run>", "run folder, model file or ONNX file")
    .addOption(
      new Option("--format <name>", "what to write")
        .choices(["onnx", "safetensors", "typescript"])
        .default("onnx"),
    )
    .option("--out <path>", "file to write, for typescript a folder (default: named after the run, here)")
    .addOption(
      new Option("--input <type>", "what an ONNX model takes: bytes, or numbers from 0 to 1")
        .choices(["uint8", "float32"])
        .default("uint8"),
    );
  withCommonOptions(command).action((run: string, options: ExportOptions) =>
    exportRun(run, options, context),
  );
}

async function exportRun(run: string, options: ExportOptions, { terminal }: Context): Promise<void> {
  const { format, input, json = false } = options;
  const { usualOut, writeModel } = await import("../export-model.ts");
  const { withSavedRun } = await import("../saved-run.ts");
  const out = options.out ?? usualOut(run, format);
  const files = await withSavedRun(run, {}, ({ model }) =>
    writeModel(format, { model, name: run, out, input }),
  );
  if (json) writeJson(terminal, { type: "export", run, format, files });
  else terminal.write(files.map((file) => `${file}\n`).join(""));
}
