// Counter-based random numbers: Philox 4×32-10 and a stream of draws built on it.
// Uses only +, −, ×, ÷, √ and integer operations, so every engine on every machine draws the same bits.
import { ConfigError } from "./errors.ts";

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const TWO_32 = 0x100000000;

type Words<N extends number> = ArrayLike<number> & { readonly length: N };

/** Four 32-bit words: a Philox counter or one block of its output. */
export type Words4 = Words<4> | Uint32Array;

/** Two 32-bit words: a Philox key. */
export type Words2 = Words<2> | Uint32Array;

/** High word of the 64-bit product of two 32-bit words, from 16-bit halves. */
function multiplyHigh(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  // Sums of a 32-bit product and a carry stay below 2⁵³, hence exact as doubles.
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  const cross = a0 * b1 + (middle & 0xffff);
  return a1 * b1 + Math.floor(middle / 65536) + Math.floor(cross / 65536);
}

/**
 * Philox 4×32 with 10 rounds: the block of four random words at `counter` under `key`, written into `out`.
 * Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011.
 */
export function philox(counter: Words4, key: Words2, out: Uint32Array = new Uint32Array(4)): Uint32Array {
  let c0 = counter[0]! >>> 0;
  let c1 = counter[1]! >>> 0;
  let c2 = counter[2]! >>> 0;
  let c3 = counter[3]! >>> 0;
  let k0 = key[0]! | 0;
  let k1 = key[1]! | 0;
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    const low0 = Math.imul(MULTIPLIER_0, c0);
    const low1 = Math.imul(MULTIPLIER_1, c2);
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1 >>> 0;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0 >>> 0;
    k0 = (k0 + WEYL_0) | 0;
    k1 = (k1 + WEYL_1) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
  return out;
}

/** ln x for finite normal x > 0, from the exponent and ln m = 2·artanh((m−1)/(m+1)); within 2 ulp of the true value. */
function logarithm(x: number): number {
  let mantissa = x;
  let exponent = 0;
  while (mantissa < Math.SQRT1_2) {
    mantissa *= 2;
    exponent--;
  }
  while (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent++;
  }
  const s = (mantissa - 1) / (mantissa + 1);
  const q = s * s; // ≤ 0.0295, so the term after s¹⁹ is below 10⁻¹⁵
  let sum = 0;
  for (let k = 19; k >= 1; k -= 2) sum = sum * q + 1 / k;
  return exponent * Math.LN2 + 2 * s * sum;
}

function checkWord(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new ConfigError(
      `RandomStream: ${name} must be an integer from 0 to 2⁵³ − 1, it is ${value}. Give a whole number such as 1.`,
      { [name]: value },
    );
  }
}

/**
 * An endless sequence of random draws that depends only on (`seed`, `stream`): the seed is Philox's key, the stream
 * the upper half of its counter, so 2⁵³ streams of a seed never overlap. Throws `ConfigError` for a bad seed or stream.
 */
export class RandomStream {
  readonly #key: Uint32Array;
  readonly #counter: Uint32Array;
  readonly #block = new Uint32Array(4);
  #used = 4;
  /** The second value of the last pair of normals, NaN when it was taken. */
  #spare = Number.NaN;

  constructor(seed: number, stream = 0) {
    checkWord("seed", seed);
    checkWord("stream", stream);
    this.#key = Uint32Array.of(seed >>> 0, Math.floor(seed / TWO_32));
    this.#counter = Uint32Array.of(0, 0, stream >>> 0, Math.floor(stream / TWO_32));
  }

  /** The next 32 random bits, an integer in [0, 2³²). */
  uint32(): number {
    if (this.#used === 4) {
      const counter = this.#counter;
      philox(counter, this.#key, this.#block);
      counter[0] = counter[0]! + 1;
      if (counter[0] === 0) counter[1] = counter[1]! + 1;
      this.#used = 0;
    }
    return this.#block[this.#used++]!;
  }

  /** Uniform in [low, high), from 24 random bits, so that a float32 holds the unit draw exactly. */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * ((this.uint32() >>> 8) * 2 ** -24);
  }

  /** Normal with the given mean and standard deviation, by Marsaglia's polar method (SIAM Review 6, 1964). */
  normal(mean = 0, std = 1): number {
    let z = this.#spare;
    if (Number.isNaN(z)) {
      let u: number;
      let v: number;
      let square: number;
      do {
        u = this.uniform(-1, 1);
        v = this.uniform(-1, 1);
        square = u * u + v * v;
      } while (square >= 1 || square === 0);
      const factor = Math.sqrt((-2 * logarithm(square)) / square);
      z = u * factor;
      this.#spare = v * factor;
    } else {
      this.#spare = Number.NaN;
    }
    return mean + std * z;
  }

  /** Uniform integer in [0, n) without bias, by rejection; n is an integer from 1 to 2³². */
  integer(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > TWO_32) {
      throw new ConfigError(
        `integer: n must be an integer from 1 to 2³², it is ${n}. Give the number of outcomes.`,
        { n },
      );
    }
    const limit = TWO_32 - (TWO_32 % n);
    let word = this.uint32();
    while (word >= limit) word = this.uint32();
    return word % n;
  }

  /** Shuffles the array in place (Fisher–Yates, every order equally likely) and returns it. */
  shuffle<T extends { readonly length: number; [index: number]: unknown }>(array: T): T {
    for (let i = array.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const held = array[i];
      array[i] = array[j];
      array[j] = held;
    }
    return array;
  }

  /** A random order of 0 … n−1. */
  permutation(n: number): Int32Array {
    return this.shuffle(Int32Array.from({ length: n }, (_, i) => i));
  }

  /** One element, each equally likely; throws `ConfigError` when the array is empty. */
  choice<T>(array: ArrayLike<T>): T {
    if (array.length === 0) {
      throw new ConfigError(
        "choice: the array is empty, there is nothing to choose. Give at least one element.",
      );
    }
    return array[this.integer(array.length)]!;
  }
}
