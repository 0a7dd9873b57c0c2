// Random tensors. Numbers depend on (seed, step, which random tensor of the step, element): the same seed gives the
// same bits on any number of threads, and a generator's state can be saved and restored.
import { ConfigError } from "../base/errors.ts";
import { checkShape, type Shape } from "../base/shape.ts";
import { index } from "../ops/leaf.ts";
import { random } from "../ops/random.ts";
import { tensor } from "./create.ts";
import { Tensor } from "./tensor.ts";
import { currentTrace } from "./trace.ts";

// Eager draws count here, far above the streams of any compiled step.
const EAGER_STREAM = 0x40000000;

/** A source of random tensors: two words of seed and the number of steps drawn. */
export class Generator {
  /** int32 [3]: seed, seed, steps. */
  readonly state: Tensor;
  readonly #seed: readonly [number, number];
  #drawn = 0;

  constructor(seed: number) {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new ConfigError(`seed: ${seed} is not a whole number ≥ 0. Give one, as in 42.`, { seed });
    }
    this.#seed = [seed | 0, Math.floor(seed / 2 ** 32) | 0];
    this.state = tensor([...this.#seed, 0], { dtype: "int32" });
  }

  #draw(shape: Shape, kind: "uniform" | "normal" | "bits"): Tensor {
    checkShape(shape, kind);
    const trace = currentTrace();
    if (trace === undefined) {
      const state = tensor([...this.#seed, this.#drawn++], { dtype: "int32" });
      return new Tensor(random(state.node, shape, EAGER_STREAM, kind));
    }
    // The step is counted once, when everything that draws in it is known.
    const step = new Tensor(index([3], 0)).equal(2).cast("int32");
    trace.atEnd(this, () => this.state.assign(this.state.add(step)));
    return new Tensor(random(this.state.node, shape, trace.nextStream(), kind));
  }

  /** Uniform in [low, high). */
  uniform(shape: Shape, low = 0, high = 1): Tensor {
    const unit = this.#draw(shape, "uniform");
    return low === 0 && high === 1 ? unit : unit.mul(high - low).add(low);
  }

  /** Normal with this mean and standard deviation. */
  normal(shape: Shape, mean = 0, deviation = 1): Tensor {
    const unit = this.#draw(shape, "normal");
    return mean === 0 && deviation === 1 ? unit : unit.mul(deviation).add(mean);
  }

  /** 1 with probability p, else 0, as float32. */
  bernoulli(shape: Shape, p: number): Tensor {
    return this.#draw(shape, "uniform").less(p).cast("float32");
  }
}

let shared = new Generator(0);

/** The generator used where none is named. */
export const defaultGenerator = (): Generator => shared;

/** Starts the default generator anew. */
export function manualSeed(seed: number): void {
  shared = new Generator(seed);
}
