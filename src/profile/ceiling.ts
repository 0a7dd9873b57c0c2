// What the device in use can do at most, measured on the spot through the engine's own kernels. Knows nothing of nets.
import type { Cost } from "../compile/cost.ts";
import { compile } from "../tensor/compile.ts";
import { tensor } from "../tensor/create.ts";

/** A device's ceiling. */
export interface Ceiling {
  /** Floating-point operations a second of a large matrix product. */
  readonly flops: number;
  /** Bytes a second, read and written, of a pass over an array larger than the caches. */
  readonly bytes: number;
}

const SIDE = 1024;
// 64 MiB: twice the last cache of most machines.
const ELEMENTS = 2 ** 24;
const SECONDS = 0.3;
const LEAST_ROUNDS = 3;

/** Seconds of the fastest of several runs. */
async function fastest(run: () => Promise<unknown>): Promise<number> {
  await run();
  const begun = performance.now();
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < LEAST_ROUNDS || performance.now() - begun < 1000 * SECONDS; round++) {
    const before = performance.now();
    await run();
    best = Math.min(best, performance.now() - before);
  }
  return best / 1000;
}

/** Measures the ceiling of the current device, in about a second. */
export async function measureCeiling(): Promise<Ceiling> {
  const matrix = () => tensor(new Float32Array(SIDE * SIDE).fill(0.5), { shape: [SIDE, SIDE] });
  const [a, b, product] = [matrix(), matrix(), matrix()];
  const multiply = compile(() => product.assign(a.matmul(b)));
  const flops = (2 * SIDE ** 3) / (await fastest(multiply));
  const [from, to] = [tensor(new Float32Array(ELEMENTS)), tensor(new Float32Array(ELEMENTS))];
  const pass = compile(() => to.assign(from.add(1)));
  return { flops, bytes: (8 * ELEMENTS) / (await fastest(pass)) };
}

/** Seconds below which work of this cost cannot come, its operands in main memory: Williams, Waterman, Patterson, "Roofline", 2009. */
export const leastSeconds = ({ flops, bytes }: Cost, ceiling: Ceiling): number =>
  Math.max(flops / ceiling.flops, bytes / ceiling.bytes);
