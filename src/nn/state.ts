// A net's parameters and buffers by name, as in PyTorch's state_dict: read out, and put back.
// Knows nothing of files.
import type { TypedArray } from "../base/dtype.ts";
import { CheckpointError, ConfigError } from "../base/errors.ts";
import { formatShape, type Shape, sameShape } from "../base/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { isFrozen } from "./freeze.ts";
import { isBuilt } from "./initialize.ts";
import { joinPath, type Layer, layersOf, type NamedLayer, typeOf } from "./layer.ts";

/** A tensor outside the device: shape and elements in row-major order. */
export interface StateEntry {
  readonly shape: Shape;
  readonly data: TypedArray;
}

/** Parameters and buffers of a net by name: `0.weight`. */
export type StateDict = Record<string, StateEntry>;

function builtLayers(net: Layer, op: string): NamedLayer[] {
  const layers = layersOf(net);
  const bare = layers.find(({ layer }) => !isBuilt(layer));
  if (bare === undefined) return layers;
  const name = bare.path === "" ? typeOf(bare.layer) : `${bare.path} (${typeOf(bare.layer)})`;
  throw new ConfigError(
    `${op}: layer ${name} has no parameters yet. Call initialize(net, inputShape, { seed: 1 }) first.`,
    { path: bare.path },
  );
}

function collect(layers: readonly NamedLayer[], own: "parameters" | "buffers"): [string, Tensor][] {
  const seen = new Set<Tensor>();
  const named = layers.flatMap(({ path, layer }) =>
    Object.entries(layer[own] ?? {}).map(([name, value]): [string, Tensor] => [joinPath(path, name), value]),
  );
  // A tensor shared by two layers is trained once, under its first name.
  return named.filter(([, value]) => !seen.has(value) && seen.add(value));
}

/**
 * The parameters by name, in the order of the layers: `0.weight`, `0.bias`, `3.weight`; with `trainable` those of
 * frozen layers are left out. A tensor that a frozen and another layer share is frozen.
 */
export function parametersOf(
  net: Layer,
  { trainable = false }: { readonly trainable?: boolean } = {},
): Record<string, Tensor> {
  const layers = builtLayers(net, "parametersOf");
  const all = collect(layers, "parameters");
  if (!trainable) return Object.fromEntries(all);
  const fixed = new Set(
    layers
      .filter(({ layer }) => isFrozen(layer))
      .flatMap(({ layer }) => Object.values(layer.parameters ?? {})),
  );
  return Object.fromEntries(all.filter(([, value]) => !fixed.has(value)));
}

/** The tensors that are saved but not trained, by name. */
export const buffersOf = (net: Layer): Record<string, Tensor> =>
  Object.fromEntries(collect(builtLayers(net, "buffersOf"), "buffers"));

/** The values of all parameters and buffers, read from the device. */
export async function stateDict(net: Layer): Promise<StateDict> {
  const layers = builtLayers(net, "stateDict");
  const named = [...collect(layers, "parameters"), ...collect(layers, "buffers")];
  const entries = named.map(async ([name, value]) => [
    name,
    { shape: value.shape, data: await value.data() },
  ]);
  return Object.fromEntries(await Promise.all(entries)) as StateDict;
}

/** What keeps `record` from fitting `named`, in words; none where it fits. */
function mismatches(named: ReadonlyMap<string, Tensor>, record: Readonly<StateDict>) {
  const missing = [...named.keys()].filter((name) => !Object.hasOwn(record, name));
  const unexpected = Object.keys(record).filter((name) => !named.has(name));
  const misshaped = Object.entries(record).flatMap(([name, { shape }]) => {
    const wanted = named.get(name)?.shape;
    return wanted === undefined || sameShape(shape, wanted)
      ? []
      : [`${name} is ${formatShape(shape)} and should be ${formatShape(wanted)}`];
  });
  return { missing, unexpected, misshaped };
}

/** Some of a long list, and how many more there are. */
function listed(names: readonly string[], most = 5): string {
  const rest = names.length - most;
  return names.slice(0, most).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}

// PyTorch counts the steps of its batch norms; nothing here depends on the count.
const isForeignCount = (name: string): boolean => /(^|\.)num_batches_tracked$/.test(name);

/**
 * Writes the values of `record` into the net's parameters and buffers. CheckpointError, before anything is written,
 * naming what is missing, unexpected, or of another shape. PyTorch's `num_batches_tracked` is passed over.
 */
export async function loadState(net: Layer, given: Readonly<StateDict>): Promise<void> {
  const record = Object.fromEntries(Object.entries(given).filter(([name]) => !isForeignCount(name)));
  const layers = builtLayers(net, "loadState");
  const named = new Map([...collect(layers, "parameters"), ...collect(layers, "buffers")]);
  const faults = mismatches(named, record);
  const told = Object.entries(faults).flatMap(([kind, names]) =>
    names.length === 0 ? [] : [`${kind}: ${listed(names)}`],
  );
  if (told.length > 0) {
    throw new CheckpointError(
      `loadState: the state does not fit this net; ${told.join("; ")}. Load it into the net it was saved from.`,
      faults,
    );
  }
  await Promise.all(Object.entries(record).map(([name, { data }]) => named.get(name)!.write(data)));
}
