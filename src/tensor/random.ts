// Random tensors. Numbers depend on (seed, step, which random tensor of the step, element): the same seed gives the
// same bits on any number of threads, and a generator's state can be saved and restored.
import { ConfigError } from "../base/errors.ts";
import { checkShape, type Shape } from "../base/shape.ts";
import { erf } from "../ops/elementary.ts";
import { index } from "../ops/leaf.ts";
import { random } from "../ops/random.ts";
import { argsort } from "./along.ts";
import { tensor } from "./create.ts";
import { clip, inverseErf } from "./elementwise.ts";
import { Tensor } from "./tensor.ts";
import { currentTrace } from "./trace.ts";

/** erf of a number, by the op's own reference. */
function erfOf(x: number): number {
  const { kind } = erf.op;
  return kind.tag === "map" ? kind.reference(x) : Number.NaN;
}

// Eager draws count here, far above the streams of any compiled step.
const EAGER_STREAM = 0x40000000;

/** Options of truncatedNormal. */
export interface TruncatedNormalOptions {
  readonly mean?: number;
  readonly deviation?: number;
  readonly low?: number;
  readonly high?: number;
}

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
    if (!(low <= high && Number.isFinite(high - low))) {
      throw new ConfigError(
        `uniform: low ${low} and high ${high} are no range. Give low ≤ high, both finite.`,
        {
          low,
          high,
        },
      );
    }
    const unit = this.#draw(shape, "uniform");
    return low === 0 && high === 1 ? unit : unit.mul(high - low).add(low);
  }

  /** Normal with this mean and standard deviation. */
  normal(shape: Shape, mean = 0, deviation = 1): Tensor {
    if (!(deviation >= 0 && Number.isFinite(deviation) && Number.isFinite(mean))) {
      throw new ConfigError(
        `normal: mean ${mean} and deviation ${deviation} must be finite, the deviation at least 0. Give such numbers.`,
        { mean, deviation },
      );
    }
    const unit = this.#draw(shape, "normal");
    return mean === 0 && deviation === 1 ? unit : unit.mul(deviation).add(mean);
  }

  /** Whole numbers from `low` to `high` − 1 as int32, evenly up to 1 part in 2³² / (high − low). */
  randint(shape: Shape, low: number, high: number): Tensor {
    const isRange = [low, high].every((bound) => Number.isInteger(bound) && Math.abs(bound) < 2 ** 31);
    if (!isRange || low >= high || high - low >= 2 ** 31) {
      throw new ConfigError(
        `randint: ${low} to ${high} is no range of whole numbers with low < high. Give int32 bounds less than 2³¹ apart.`,
        { low, high },
      );
    }
    return this.#draw(shape, "bits")
      .mod(high - low)
      .add(low);
  }

  /** 0, 1, …, count − 1 in random order, as int32. */
  permutation(count: number): Tensor {
    return argsort(this.#draw([count], "bits"));
  }

  /**
   * Normal with this mean and standard deviation, held between `low` and `high` by drawing from within (the inverse of
   * the distribution); as PyTorch's trunc_normal_, the bounds are absolute and −2 to 2 unless given.
   */
  truncatedNormal(
    shape: Shape,
    { mean = 0, deviation = 1, low = -2, high = 2 }: TruncatedNormalOptions = {},
  ) {
    if (!(low < high) || !(deviation > 0)) {
      throw new ConfigError(
        `truncatedNormal: low ${low}, high ${high}, deviation ${deviation}. Give low < high and a deviation > 0.`,
        { low, high, deviation },
      );
    }
    const [from, to] = [low, high].map((bound) => erfOf((bound - mean) / deviation / Math.SQRT2)) as [
      number,
      number,
    ];
    const unit = inverseErf(
      this.#draw(shape, "uniform")
        .mul(to - from)
        .add(from),
    );
    return clip(unit.mul(deviation * Math.SQRT2).add(mean), low, high);
  }

  /** 1 with probability p, else 0, as float32. */
  bernoulli(shape: Shape, p: number): Tensor {
    if (!(p >= 0 && p <= 1)) {
      throw new ConfigError(`bernoulli: p ${p} must be a probability. Give a number from 0 to 1.`, { p });
    }
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
