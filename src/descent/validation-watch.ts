// The third criterion: the error on data that is not learned from has stopped falling. Knows nothing of Q.
import type { Tree } from "../base/tree.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Descender } from "./descender.ts";
import type { Validation } from "./options.ts";

/** Follows the error on data not learned from, and keeps the best w. */
export class ValidationWatch<W extends Tree<Tensor>> {
  readonly #validation: Validation<W>;
  #best = { step: 0, error: Number.POSITIVE_INFINITY, value: 0 };
  #restore: () => Promise<void> = async () => {};

  constructor(validation: Validation<W>) {
    this.#validation = validation;
  }

  /** True when `patience` steps have passed without an improvement. */
  async isOver(step: number, value: number, descender: Pick<Descender<W>, "w" | "mark">): Promise<boolean> {
    const given = await this.#validation.error(descender.w);
    const error = typeof given === "number" ? given : await given.item();
    if (error < this.#best.error) {
      this.#best = { step, error, value };
      this.#restore = await descender.mark();
    }
    return step - this.#best.step >= this.#validation.patience;
  }

  async restore(): Promise<{ step: number; error: number; value: number }> {
    await this.#restore();
    return this.#best;
  }
}
