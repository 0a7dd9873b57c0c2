// `nabla summary`: the layers of a net of the zoo or of a saved run, as a table. Knows nothing of training or data.
import type { Command } from "commander";
import { ConfigError } from "../../base/errors.ts";
import { type CommonOptions, type Context, numberOption, withCommonOptions, writeJson } from "../context.ts";
import { layerTable } from "../render/layer-table.ts";

interface SummaryOptions extends CommonOptions {
  readonly model: string;
  readonly shape: string;
  readonly classes: number;
}

/** Adds `nabla summary`. */
export function addSummary(program: Command, context: Context): void {
  const command = program
    .command("summary")
    .description("show the layers of a network, their shapes, parameters and work")
    .option("--model <name>", "name of the network: cnn, lenet5, mlp, linear, deepMlp", "cnn")
    .option("--shape <C×H×W>", "shape of an image", "1x28x28")
    .addOption(numberOption("--classes <n>", "number of classes").default(10));
  withCommonOptions(command).action((options: SummaryOptions) => showSummary(options, context));
}

async function showSummary(options: SummaryOptions, { terminal }: Context): Promise<void> {
  const { model, classes, json = false } = options;
  const shape = parseShape(options.shape, "summary");
  if (!Number.isInteger(classes) || classes < 1 || classes > 256) {
    throw new ConfigError(
      `summary: --classes must be a whole number from 1 to 256, it is ${classes}. Give one.`,
    );
  }
  const { netOfZoo } = await import("../../train/model.ts");
  const { describe } = await import("../../nn/index.ts");
  const names = Array.from({ length: classes }, (_, index) => String(index));
  const layers = describe(netOfZoo(model, { shape, classes: names }), shape);
  if (json) writeJson(terminal, { type: "summary", model, shape, classes, layers });
  else terminal.write(layerTable(layers, terminal));
}

/** "1x28x28" or "1×28×28" as numbers; throws `ConfigError` for anything else. */
export function parseShape(text: string, command: string): [channels: number, height: number, width: number] {
  const [channels = 0, height = 0, width = 0, ...rest] = text.split(/[x×]/).map(Number);
  const isShape =
    rest.length === 0 && [channels, height, width].every((size) => Number.isInteger(size) && size > 0);
  if (isShape) return [channels, height, width];
  throw new ConfigError(
    `${command}: --shape must be channels, height and width, like 1x28x28, it is "${text}". Give three whole numbers.`,
    { shape: text },
  );
}
