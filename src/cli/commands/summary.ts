// `nabla summary`: the layers of a net of the zoo as a table, or where its time goes. Knows nothing of training or data.
import type { Command } from "commander";
import { ConfigError } from "../../base/errors.ts";
import type { Layer } from "../../nn/index.ts";
import type { Model } from "../../train/index.ts";
import { MODELS } from "../config.ts";
import { type CommonOptions, type Context, numberOption, withCommonOptions, writeJson } from "../context.ts";
import { layerTable } from "../render/layer-table.ts";
import type { ProfileFlag } from "../show-profile.ts";
import type { Terminal } from "../terminal.ts";

interface SummaryOptions extends CommonOptions {
  readonly model: string;
  readonly shape: string;
  readonly classes: number;
  readonly profile?: ProfileFlag;
}

/** Adds `nabla summary`. */
export function addSummary(program: Command, context: Context): void {
  const command = program
    .command("summary")
    .description("show the layers of a network, their shapes, parameters and work")
    .option("--model <name>", `name of the network: ${MODELS.join(", ")}`, "cnn")
    .option("--shape <C×H×W>", "shape of an image", "1x28x28")
    .addOption(numberOption("--classes <n>", "number of classes").default(10))
    .option("--profile [trace.json]", "time it on 128 images, and save a trace for Perfetto");
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
  const net = netOfZoo(model, { shape, classes: names });
  if (options.profile !== undefined) return profileNet(net, { shape, classes: names }, options, terminal);
  const layers = describe(net, shape);
  if (json) writeJson(terminal, { type: "summary", model, shape, classes, layers });
  else terminal.write(layerTable(layers, terminal));
}

/** Where the time of a net with fresh parameters goes when it reads a batch of images. */
async function profileNet(
  net: Layer,
  { shape, classes }: Pick<Model, "shape" | "classes">,
  { profile: flag = true, json: isJson = false }: SummaryOptions,
  terminal: Terminal,
): Promise<void> {
  const { withDevice } = await import("../open-device.ts");
  const { showProfile } = await import("../show-profile.ts");
  const { profileInference } = await import("../../profile/index.ts");
  const { identityStatistics } = await import("../../train/model.ts");
  const { initialize } = await import("../../nn/index.ts");
  await withDevice({ device: "cpu" }, async () => {
    const normalization = identityStatistics(shape[0]);
    const profile = await profileInference({ net: initialize(net, shape), shape, classes, normalization });
    await showProfile(profile, flag, { terminal, isJson });
  });
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
