// Numbers in the order in which they come, as one typed array that grows: no run is too long to be gone through at once.
// Knows nothing of what they are.

export class Column {
  #numbers = new Float64Array(256);
  #view = this.#numbers.subarray(0, 0);

  /** All numbers so far. */
  get all(): Float64Array {
    return this.#view;
  }

  /** Makes room for `count` more and gives it, to be written to. */
  extend(count: number): Float64Array {
    const [from, length] = [this.#view.length, this.#view.length + count];
    if (length > this.#numbers.length) {
      const larger = new Float64Array(Math.max(length, 2 * this.#numbers.length));
      larger.set(this.#view);
      this.#numbers = larger;
    }
    if (count > 0) this.#view = this.#numbers.subarray(0, length);
    return this.#numbers.subarray(from, length);
  }

  add(numbers: ArrayLike<number>): void {
    this.extend(numbers.length).set(numbers);
  }
}
