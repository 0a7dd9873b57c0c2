// A net as a table: what each layer gives, how many parameters it has and how much work it is.
import { formatShape, type Shape } from "../base/shape.ts";
import { isFrozen } from "./freeze.ts";
import { isBuilt, passShape } from "./initialize.ts";
import { type Layer, type LayerObject, layersOf, typeOf } from "./layer.ts";
import { isContainer, pathsOf } from "./observe.ts";

/** One layer of a described net. */
export interface LayerRow {
  /** Path in the net: `0`, `2.1`. */
  readonly name: string;
  readonly type: string;
  /** Shape of the output for one input, without the batch axis. */
  readonly shape: Shape;
  /** Number of parameters, frozen ones included. */
  readonly parameters: number;
  /** Present where the layer is frozen, so that its parameters are not trained. */
  readonly isFrozen?: true;
  /** Floating-point operations of the forward pass for one input. */
  readonly flops: number;
}

const countParameters = (layer: LayerObject): number =>
  Object.values(layer.parameters ?? {}).reduce((sum, { size }) => sum + size, 0);

/**
 * The layers of a net in the order they compute, for an input of `inputShape` without batch axis; layers that only
 * hold others are left out. A net without parameters yet is left without.
 */
export function describe(net: Layer, inputShape: Shape): LayerRow[] {
  const bare = layersOf(net).filter(({ layer }) => !isBuilt(layer));
  const names = pathsOf(net);
  const counted = new Set<Layer>();
  const rows: LayerRow[] = [];
  try {
    passShape(net, inputShape, 0, (layer, x, y) => {
      const object = typeof layer === "function" ? undefined : layer;
      if (isContainer(layer)) return;
      const shape = y.shape.slice(1);
      rows.push({
        name: names.get(layer) || "net",
        type: typeOf(layer),
        shape,
        parameters: object === undefined || counted.has(layer) ? 0 : countParameters(object),
        flops: object?.flops?.(x.shape.slice(1), shape) ?? 0,
        ...(isFrozen(layer) && { isFrozen: true as const }),
      });
      counted.add(layer);
    });
  } finally {
    // What was drawn only to be counted must not stand in for what initialize() draws from the user's seed.
    for (const { layer } of bare) {
      for (const own of [layer.parameters ?? {}, layer.buffers ?? {}]) {
        for (const name of Object.keys(own)) delete own[name];
      }
    }
  }
  return rows;
}

const groupDigits = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, " ");

/** The table of `describe` as plain text, one line a layer, with totals of all and of trainable parameters; ends with a line break. */
export function summary(net: Layer, inputShape: Shape): string {
  const rows = describe(net, inputShape);
  const total = (key: "parameters" | "flops") => rows.reduce((sum, row) => sum + row[key], 0);
  const frozen = rows.reduce((sum, row) => sum + (row.isFrozen ? row.parameters : 0), 0);
  const lines = [
    ["layer", "type", "output", "parameters", "FLOPs"],
    ["input", "", formatShape(inputShape), "", ""],
    ...rows.map(({ name, type, shape, parameters, flops }) => [
      name,
      type,
      formatShape(shape),
      parameters === 0 ? "" : groupDigits(parameters),
      flops === 0 ? "" : groupDigits(flops),
    ]),
    ["total", "", "", groupDigits(total("parameters")), groupDigits(total("flops"))],
    ["trainable", "", "", groupDigits(total("parameters") - frozen), ""],
  ];
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const align = (cell: string, column: number) =>
    column < 3 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!);
  return lines.map((line) => `${line.map(align).join("  ").trimEnd()}\n`).join("");
}
