// compile(f): a function of tensors, traced once for each shape of its arguments and run as one program.
import { leavesOf, mapTree, type Tree } from "../base/tree.ts";
import { currentDevice } from "../device/current.ts";
import type { Device, Executable } from "../device/device.ts";
import { type Graph, Slot, type Update } from "../ir/node.ts";
import { readSlot, slotOf } from "../ops/leaf.ts";
import { isTensor } from "./gradients.ts";
import { execute } from "./storage.ts";
import { Tensor } from "./tensor.ts";
import { Trace, withTrace } from "./trace.ts";

/** A compiled function; tensors in, tensors out, and the tensors it assigns to changed in place. */
export interface Compiled<A extends unknown[], R> {
  (...args: A): Promise<R>;
  /** Runs it `steps` times in one call to the device; gives what the last step returned and the number of steps done. */
  repeat(steps: number, ...args: A): Promise<{ result: R; steps: number }>;
  /** Bytes a step needs beside its arguments and state, and the least that any plan could need. */
  memory(...args: A): Promise<{ arenaBytes: number; liveBytes: number }>;
}

interface Traced {
  readonly graph: Graph;
  readonly arguments: readonly Slot[];
  /** What f returned, its tensors replaced by their place among the outputs. */
  readonly result: unknown;
  readonly executable: Executable;
}

/** Stands for an output in the returned tree. */
class Place {
  readonly index: number;
  constructor(index: number) {
    this.index = index;
  }
}
const isPlace = (value: unknown): value is Place => value instanceof Place;

// A compiled function that nobody holds any more gives its instructions back.
const reclaim = new FinalizationRegistry<{ device: Device; executable: Executable }>(
  ({ device, executable }) => {
    void device.settled().then(() => device.unload(executable));
  },
);

/** Arguments that mean the same program: tensors by type, all else by value. */
function signature(args: readonly unknown[]): string {
  if (args.length === 0) return "";
  const described = mapTree(
    args as Tree<Tensor>,
    isTensor,
    ({ dtype, shape }) => `${dtype}[${shape.join()}]`,
  );
  return JSON.stringify(described);
}

function trace<A extends unknown[], R>(f: (...args: A) => R, args: A, device: Device): Traced {
  const slots: Slot[] = [];
  const stand = mapTree<Tensor, Tensor>(args as Tree<Tensor>, isTensor, ({ shape, dtype }) => {
    const slot = new Slot(shape, dtype);
    slots.push(slot);
    return new Tensor(readSlot(slot));
  }) as unknown as A;
  const state = new Trace();
  let updates: Update[] = [];
  const outputs: Tensor[] = [];
  const result = withTrace(state, () => {
    try {
      const returned = f(...stand);
      state.finish();
      updates = [...state.assigned].map(([slot, { node }]) => ({ slot, value: node }));
      return mapTree<Tensor, Place>(
        returned as Tree<Tensor>,
        isTensor,
        (output) => new Place(outputs.push(output) - 1),
      );
    } finally {
      for (const [slot, tensor] of state.assigned) tensor.restore(slot);
    }
  });
  const graph: Graph = { outputs: outputs.map(({ node }) => node), updates };
  const executable = device.load(graph);
  const traced: Traced = { graph, arguments: slots, result, executable };
  reclaim.register(traced, { device, executable });
  return traced;
}

/**
 * The compiled form of `f`. It is traced when first called with arguments of these shapes: `f` must do the same
 * operations every time, and what it reads from elsewhere is read as tensors (by reference) or frozen (all else).
 */
export function compile<A extends unknown[], R>(f: (...args: A) => R): Compiled<A, R> {
  const known = new Map<Device, Map<string, Traced>>();
  const traced = async (args: A): Promise<{ program: Traced; device: Device }> => {
    const device = await currentDevice();
    const programs = known.get(device) ?? new Map<string, Traced>();
    known.set(device, programs);
    const key = signature(args);
    const program = programs.get(key) ?? trace(f, args, device);
    programs.set(key, program);
    return { program, device };
  };
  const repeat = async (steps: number, ...args: A) => {
    const { program, device } = await traced(args);
    const leaves = leavesOf<Tensor>(args as Tree<Tensor>, isTensor);
    const places = new Map<Slot, Slot>();
    for (const [i, slot] of program.arguments.entries()) {
      const { value } = leaves[i]!;
      // Waiting for a promise costs a microsecond; arguments mostly hold their values already.
      places.set(slot, slotOf(value.node) ?? (await value.slot()));
    }
    const done = await execute(device, program.executable, program.graph, places, steps);
    const result = mapTree<Place, Tensor>(program.result as Tree<Place>, isPlace, ({ index }) => {
      return new Tensor(readSlot(done.outputs[index]!));
    });
    return { result: result as R, steps: done.steps };
  };
  const call = async (...args: A): Promise<R> => (await repeat(1, ...args)).result;
  const memory = async (...args: A) => {
    const { executable } = (await traced(args)).program;
    return { arenaBytes: executable.arenaBytes, liveBytes: executable.liveBytes };
  };
  return Object.assign(call, { repeat, memory });
}
