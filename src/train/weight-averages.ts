// Puts the averages that an optimiser keeps in the place of a net's parameters, and back. Knows nothing of training.
import type { NamedTensors, Optimizer } from "../optim/optimizer.ts";
import { type Compiled, compile } from "../tensor/compile.ts";
import { tensor } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";

interface Triple {
  readonly w: Tensor;
  readonly average: Tensor;
  readonly kept: Tensor;
}

/** The parameters of a net and their averages, which can change places. */
export class WeightAverages {
  /** Programs that exchange them in turn, each copying tensors to others that it does not read. */
  readonly #copies: readonly Compiled<[], void>[];

  /** Does nothing where the optimiser keeps no averages. */
  constructor(parameters: NamedTensors, optimizer: Optimizer) {
    const averages = Object.entries(optimizer.averages?.() ?? {});
    const triples = averages.map(([name, average]) => {
      const w = parameters[name]!;
      return { w, average, kept: tensor(new Float32Array(w.size), { shape: w.shape }) };
    });
    const copy = (to: keyof Triple, from: keyof Triple) =>
      compile(() => {
        for (const triple of triples) triple[to].assign(triple[from]);
      });
    this.#copies =
      triples.length === 0 ? [] : [copy("kept", "w"), copy("w", "average"), copy("average", "kept")];
  }

  /** Lets parameters and averages change places; twice is as before, bit by bit. */
  async exchange(): Promise<void> {
    for (const copy of this.#copies) await copy();
  }

  /** Does `action` while the net has the averages. */
  async during<T>(action: () => Promise<T>): Promise<T> {
    await this.exchange();
    try {
      return await action();
    } finally {
      await this.exchange();
    }
  }
}
