// Where the values of tensors lie on a device, and how graphs over them are run. Freed when nothing refers to the
// slot any more, so there is nothing for the user to dispose of.
import type { DType, TypedArray } from "../base/dtype.ts";
import { BugError, DeviceError } from "../base/errors.ts";
import { type Shape, sizeOf } from "../base/shape.ts";
import { rewrite } from "../compile/rewrite.ts";
import { currentDevice } from "../device/current.ts";
import type { Buffer, Device, Executable } from "../device/device.ts";
import { type Graph, type Node, Slot } from "../ir/node.ts";
import { printGraph } from "../ir/print.ts";
import { readSlot, slotOf } from "../ops/leaf.ts";

/** The memory behind a slot: host data until first used, then a device buffer. */
interface Storage {
  device?: Device;
  buffer?: Buffer;
  host?: TypedArray;
  /** True for the result of a graph, which is not behind the slot any more. */
  isComputed?: boolean;
}

const storages = new WeakMap<Slot, Storage>();
const reclaim = new FinalizationRegistry<Storage>(({ device, buffer }) => {
  if (device !== undefined && buffer !== undefined) void device.settled().then(() => device.free(buffer));
});

function keep(slot: Slot, storage: Storage): Slot {
  storages.set(slot, storage);
  reclaim.register(slot, storage);
  return slot;
}

/** A slot that holds `data`, brought to the device when first used. */
export const storeHost = (shape: Shape, dtype: DType, data: TypedArray): Slot =>
  keep(new Slot(shape, dtype), { host: data });

function storageOf(slot: Slot): Storage {
  const storage = storages.get(slot);
  if (storage === undefined) throw new BugError("a slot has no storage; a traced value has left its trace.");
  return storage;
}

/** The slot's buffer on `device`, its host data written there first if need be. */
function bufferOf(slot: Slot, device: Device): Buffer {
  const storage = storageOf(slot);
  if (storage.buffer === undefined) {
    const buffer = device.allocate(slot.dtype, sizeOf(slot.shape));
    if (storage.host !== undefined) device.write(buffer, storage.host);
    Object.assign(storage, { device, buffer });
    delete storage.host;
  }
  if (storage.device !== device) {
    throw new DeviceError(
      `device: a tensor made on ${storage.device?.name} is used on ${device.name}. Make tensors after setDevice().`,
    );
  }
  return storage.buffer!;
}

/** True when the slot holds what a graph gave when its value was asked for. */
export const isComputed = (slot: Slot): boolean => storages.get(slot)?.isComputed === true;

/** The elements in a slot. */
export async function readStorage(slot: Slot): Promise<TypedArray> {
  const device = storageOf(slot).device ?? (await currentDevice());
  await device.settled();
  return device.read(bufferOf(slot, device));
}

/** The elements in a slot while they are still with the host; undefined once they are on a device, and in a trace. */
export const hostDataOf = (slot: Slot): TypedArray | undefined => storages.get(slot)?.host;

/** Replaces the elements in a slot. */
export async function writeStorage(slot: Slot, data: TypedArray): Promise<void> {
  const storage = storageOf(slot);
  if (storage.device === undefined || storage.buffer === undefined) storage.host = data.slice();
  else {
    await storage.device.settled();
    storage.device.write(storage.buffer, data);
  }
}

/** Runs a loaded graph; `slots[i]` takes the place of the executable's `placeholders[i]`. Gives slots with the outputs. */
export async function execute(
  device: Device,
  executable: Executable,
  graph: Graph,
  placeholders: ReadonlyMap<Slot, Slot>,
  steps = 1,
): Promise<{ outputs: Slot[]; steps: number }> {
  const bindings = new Map(
    executable.slots.map((slot) => [slot, bufferOf(placeholders.get(slot) ?? slot, device)] as const),
  );
  const outputs = graph.outputs.map(({ shape, dtype }) => {
    const slot = new Slot(shape, dtype);
    return keep(slot, { device, buffer: device.allocate(dtype, sizeOf(shape)), isComputed: true });
  });
  const buffers = outputs.map((slot) => storageOf(slot).buffer!);
  return { outputs, steps: await device.run(executable, bindings, buffers, steps) };
}

/** The graph with its slots replaced by placeholders, so that an executable kept for later keeps no values alive. */
function abstract(graph: Graph, slots: readonly Slot[]): { graph: Graph; placeholders: Slot[] } {
  const placeholders = slots.map(({ shape, dtype }) => new Slot(shape, dtype));
  const bySlot = new Map(slots.map((slot, i) => [slot, readSlot(placeholders[i]!)]));
  return { graph: rewrite(graph, (node) => bySlot.get(slotOf(node) as Slot) ?? node), placeholders };
}

// One-off programs are kept by the text of their graph, so that a loop of eager code compiles once.
const MOST_KEPT = 256;
interface Kept {
  readonly executable: Executable;
  readonly graph: Graph;
  readonly placeholders: readonly Slot[];
}
const kept = new WeakMap<Device, Map<string, Kept>>();

function loadOnce(device: Device, graph: Graph): Kept & { readonly slots: readonly Slot[] } {
  const cache = kept.get(device) ?? new Map<string, Kept>();
  kept.set(device, cache);
  const { text, slots } = printGraph(graph);
  const known = cache.get(text);
  if (known !== undefined) {
    // Re-inserting keeps the map in order of last use.
    cache.delete(text);
    cache.set(text, known);
    return { ...known, slots };
  }
  const abstracted = abstract(graph, slots);
  const entry = { ...abstracted, executable: device.load(abstracted.graph) };
  cache.set(text, entry);
  if (cache.size > MOST_KEPT) {
    const [oldest, { executable }] = [...cache][0]!;
    cache.delete(oldest);
    void device.settled().then(() => device.unload(executable));
  }
  return { ...entry, slots };
}

/** Computes nodes now, in one program; gives a slot for each. */
export async function realize(nodes: readonly Node[]): Promise<Slot[]> {
  const device = await currentDevice();
  const { executable, graph, placeholders, slots } = loadOnce(device, { outputs: nodes, updates: [] });
  const places = new Map(placeholders.map((placeholder, i) => [placeholder, slots[i]!]));
  for (;;) {
    const { outputs, steps } = await execute(device, executable, graph, places);
    // A stop() meant for another run can end this one before its only step.
    if (steps === 1) return outputs;
  }
}
