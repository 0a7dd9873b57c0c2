// Device memory shared out: best fit over a list of free ranges, neighbours merged. Knows addresses only.
import { BugError } from "../../base/errors.ts";

/** A range of device memory. */
export interface Range {
  readonly address: number;
  readonly bytes: number;
}

const ALIGNMENT = 64;

/** Shares out [base, …); asks `ensure(bytes)` for more when the ranges in hand do not do. */
export class Allocator {
  readonly #base: number;
  readonly #ensure: (bytes: number) => void;
  #end = 0;
  /** Free ranges below the end, by address. */
  readonly #free: { address: number; bytes: number }[] = [];

  constructor(base: number, ensure: (bytes: number) => void) {
    this.#base = base;
    this.#ensure = ensure;
  }

  /** Bytes in use or between ranges in use. */
  get extent(): number {
    return this.#end;
  }

  allocate(bytes: number): Range {
    const size = Math.max(ALIGNMENT, Math.ceil(bytes / ALIGNMENT) * ALIGNMENT);
    let best = -1;
    this.#free.forEach((range, i) => {
      if (range.bytes >= size && (best < 0 || range.bytes < this.#free[best]!.bytes)) best = i;
    });
    if (best < 0) {
      this.#ensure(this.#end + size);
      const address = this.#base + this.#end;
      this.#end += size;
      return { address, bytes: size };
    }
    const range = this.#free[best]!;
    const { address } = range;
    if (range.bytes === size) this.#free.splice(best, 1);
    else {
      range.address += size;
      range.bytes -= size;
    }
    return { address, bytes: size };
  }

  free({ address, bytes }: Range): void {
    const at = this.#free.findIndex((range) => range.address > address);
    const index = at < 0 ? this.#free.length : at;
    const next = this.#free[index];
    const previous = this.#free[index - 1];
    const overlaps =
      (next && address + bytes > next.address) || (previous && previous.address + previous.bytes > address);
    if (overlaps) throw new BugError("a range of device memory was freed twice.", { address, bytes });
    this.#free.splice(index, 0, { address, bytes });
    this.#join(index);
    if (index > 0) this.#join(index - 1);
    const last = this.#free[this.#free.length - 1]!;
    if (last.address + last.bytes === this.#base + this.#end) {
      this.#end -= last.bytes;
      this.#free.pop();
    }
  }

  #join(index: number): void {
    const range = this.#free[index]!;
    const next = this.#free[index + 1];
    if (next === undefined || range.address + range.bytes !== next.address) return;
    range.bytes += next.bytes;
    this.#free.splice(index + 1, 1);
  }
}
