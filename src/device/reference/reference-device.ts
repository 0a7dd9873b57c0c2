// The reference device: plain TypeScript in float64, the oracle that every other device is tested against.
import { arrayOf, type DType, type TypedArray } from "../../base/dtype.ts";
import { BugError } from "../../base/errors.ts";
import { type Graph, rootsOf, type Slot, topologicalOrder } from "../../ir/node.ts";
import { verify } from "../../ir/verify.ts";
import { slotOf } from "../../ops/leaf.ts";
import type { Bindings, Buffer, Device, Executable } from "../device.ts";
import { evaluate } from "./evaluate.ts";

interface ReferenceBuffer extends Buffer {
  readonly values: Float64Array;
}

interface ReferenceExecutable extends Executable {
  readonly graph: Graph;
}

const valuesOf = (buffer: Buffer): Float64Array => (buffer as ReferenceBuffer).values;

/** Evaluates graphs in float64, one node after another. */
export class ReferenceDevice implements Device {
  readonly name = "reference (float64)";
  #stopped = false;
  #last: Promise<unknown> = Promise.resolve();

  allocate(dtype: DType, length: number): Buffer {
    const buffer: ReferenceBuffer = { dtype, length, values: new Float64Array(length) };
    return buffer;
  }

  free(): void {}

  write(buffer: Buffer, data: TypedArray): void {
    valuesOf(buffer).set(data);
  }

  /** float32 buffers are read as Float64Array: all the digits there are. */
  read(buffer: Buffer): TypedArray {
    const values = valuesOf(buffer);
    if (buffer.dtype === "float32") return values.slice();
    const array = arrayOf(buffer.dtype, values.length);
    array.set(values);
    return array;
  }

  load(graph: Graph): Executable {
    verify(graph);
    const read = topologicalOrder(rootsOf(graph)).flatMap((node) => slotOf(node) ?? []);
    const slots = [...new Set([...read, ...graph.updates.map(({ slot }) => slot)])];
    const executable: ReferenceExecutable = { graph, slots, arenaBytes: 0, liveBytes: 0 };
    return executable;
  }

  unload(): void {}

  run(executable: Executable, bindings: Bindings, outputs: readonly Buffer[], steps = 1): Promise<number> {
    const work = this.#last.then(() =>
      this.#steps((executable as ReferenceExecutable).graph, bindings, outputs, steps),
    );
    this.#last = work.catch(() => {});
    return work;
  }

  async #steps(graph: Graph, bindings: Bindings, outputs: readonly Buffer[], steps: number): Promise<number> {
    this.#stopped = false;
    for (let step = 0; step < steps; step++) {
      this.#step(graph, bindings, outputs);
      // Let timers and signals in between steps.
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (this.#stopped) return step + 1;
    }
    return steps;
  }

  #step(graph: Graph, bindings: Bindings, outputs: readonly Buffer[]): void {
    const slots = new Map<Slot, Float64Array>(
      [...bindings].map(([slot, buffer]) => [slot, valuesOf(buffer)]),
    );
    // A result may be a slot's own array, which another update is about to overwrite.
    const results = evaluate(graph, slots).map((values) => values.slice());
    outputs.forEach((buffer, i) => {
      valuesOf(buffer).set(results[i]!);
    });
    graph.updates.forEach(({ slot }, i) => {
      const target = slots.get(slot);
      if (target === undefined) throw new BugError("an updated slot is not bound.");
      target.set(results[graph.outputs.length + i]!);
    });
  }

  stop(): void {
    this.#stopped = true;
  }

  async settled(): Promise<void> {
    await this.#last;
  }

  async close(): Promise<void> {
    await this.#last;
  }
}
