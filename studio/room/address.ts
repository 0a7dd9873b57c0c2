// The room's settings as the page's address holds them, and back: what an address gets wrong becomes what is usual.
import { clamp, type Widened } from "../lab/state.ts";
import {
  AUGMENTATIONS,
  fieldsOf,
  LAYER_TYPES,
  type LayerSpec,
  MOST_LAYERS,
  OPTIMIZERS,
  type RoomSettings,
  SCHEDULES,
  SOURCES,
  USUAL,
} from "./settings.ts";

/** Bounds of the room's numbers. */
export const BOUNDS = {
  images: { min: 100, max: 60_000 },
  learningRate: { min: 1e-6, max: 100 },
  momentum: { min: 0, max: 0.999 },
  weightDecay: { min: 0, max: 1 },
  batchSize: { min: 1, max: 1024 },
  epochs: { min: 1, max: 500 },
  seed: { min: 0, max: 1_000_000 },
  labelSmoothing: { min: 0, max: 0.9 },
  clipNorm: { min: 0, max: 1000 },
} as const;
type Bounded = keyof typeof BOUNDS;
const WHOLE: readonly string[] = ["images", "batchSize", "epochs", "seed"];

/** "conv2d.8.5.1_relu": a layer and its numbers, layer after layer. */
export const printLayers = (layers: readonly LayerSpec[]): string =>
  layers
    .map((layer) => [layer.type, ...Object.keys(fieldsOf(layer.type)).map((name) => layer[name])].join("~"))
    .join("_");

export function parseLayers(text: string): readonly LayerSpec[] | undefined {
  if (text === "") return [];
  const layers = text.split("_").map((part): LayerSpec | undefined => {
    const [name, ...numbers] = part.split("~");
    const type = LAYER_TYPES.find((each) => each === name);
    if (type === undefined) return undefined;
    const fields = Object.entries(fieldsOf(type)).map(([key, { usual, min, max, isWhole }], i) => {
      const given = Number(numbers[i] ?? usual);
      return [key, clamp(isWhole ? Math.round(given) : given, min, max)];
    });
    return { type, ...Object.fromEntries(fields) };
  });
  return layers.length <= MOST_LAYERS && layers.every((layer) => layer !== undefined) ? layers : undefined;
}

/** The settings as flat values. */
export function printSettings({ layers, augment, ...rest }: RoomSettings) {
  return {
    ...rest,
    source: rest.source as string,
    optimizer: rest.optimizer as string,
    schedule: rest.schedule as string,
    net: printLayers(layers),
    augment: augment.join("_"),
  };
}
export const ADDRESS = printSettings(USUAL);
export type Address = Widened<typeof ADDRESS>;

const oneOf = <T extends string>(names: readonly T[], given: string, usual: T): T =>
  names.find((name) => name === given) ?? usual;

/** The settings that an address means. */
export function readSettings(address: Address): RoomSettings {
  const numbers = Object.fromEntries(
    (Object.keys(BOUNDS) as Bounded[]).map((name) => {
      const { min, max } = BOUNDS[name];
      const value = clamp(address[name], min, max);
      return [name, WHOLE.includes(name) ? Math.round(value) : value];
    }),
  ) as Record<Bounded, number>;
  return {
    ...numbers,
    source: oneOf(SOURCES, address.source, USUAL.source),
    layers: parseLayers(address.net) ?? USUAL.layers,
    optimizer: oneOf(OPTIMIZERS, address.optimizer, USUAL.optimizer),
    schedule: oneOf(SCHEDULES, address.schedule, USUAL.schedule),
    augment: AUGMENTATIONS.filter((name) => address.augment.split("_").includes(name)),
  };
}
