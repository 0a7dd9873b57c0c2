// The compiled training step: gathers its batch from a data set that lies on the device, computes loss and gradients,
// updates the parameters and notes how it went, so that many steps run in one call. Knows nothing of epochs or events.
import { countOf, type ImageSet } from "../data/image-set.ts";
import { apply, training } from "../nn/layer.ts";
import { correct, crossEntropy } from "../nn/losses.ts";
import { parametersOf } from "../nn/state.ts";
import { globalNorm } from "../optim/clip.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { type Compiled, compile } from "../tensor/compile.ts";
import { arange, tensor } from "../tensor/create.ts";
import { where } from "../tensor/functions.ts";
import { gradients } from "../tensor/gradients.ts";
import { Generator } from "../tensor/random.ts";
import { Tensor } from "../tensor/tensor.ts";
import { type Model, normalizeImages } from "./model.ts";
import { takeShifted } from "./shift.ts";

/** What a training step is made of. */
export interface StepOptions {
  readonly model: Model;
  readonly train: ImageSet;
  readonly optimizer: Optimizer;
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
  readonly seed: number;
  /** Pixels by which images are moved at random; 0 for not at all. */
  readonly shift: number;
  readonly labelSmoothing: number;
  /** Whether the lengths of gradients and steps are measured, which costs a pass over all parameters. */
  readonly measuresNorms: boolean;
}

/** How each step of an epoch went; entries of steps not done yet are of no meaning. */
export interface StepHistory {
  readonly losses: ArrayLike<number>;
  /** Right answers in the batch. */
  readonly hits: ArrayLike<number>;
  readonly gradientNorms: ArrayLike<number>;
  readonly stepNorms: ArrayLike<number>;
}

const HISTORY = ["losses", "hits", "gradientNorms", "stepNorms"] as const;
type HistoryName = (typeof HISTORY)[number];

/** The data, the state and the program of training on one device. */
export class TrainingStep {
  readonly generator: Generator;
  readonly parameters: Record<string, Tensor>;
  readonly #options: StepOptions;
  readonly #images: Tensor;
  readonly #labels: Tensor;
  readonly #order: Tensor;
  readonly #rates: Tensor;
  /** int32 [1]: the step of the epoch that comes next. */
  readonly #position = tensor(new Int32Array(1));
  readonly #history: Partial<Record<HistoryName, Tensor>>;
  readonly #run: Compiled<[], void>;

  constructor(options: StepOptions) {
    const { model, train, optimizer, batchSize, stepsPerEpoch, seed, measuresNorms } = options;
    this.#options = options;
    this.generator = new Generator(seed);
    this.parameters = parametersOf(model.net);
    optimizer.init(this.parameters);
    const count = countOf(train);
    this.#images = tensor(train.images, { shape: [count, train.images.length / count] });
    this.#labels = tensor(Int32Array.from(train.labels));
    this.#order = tensor(new Int32Array(stepsPerEpoch * batchSize));
    this.#rates = tensor(new Float32Array(stepsPerEpoch));
    const names = measuresNorms ? HISTORY : HISTORY.slice(0, 2);
    this.#history = Object.fromEntries(names.map((name) => [name, tensor(new Float32Array(stepsPerEpoch))]));
    this.#run = compile(() => this.#trace());
  }

  /** Sets the order in which the images of an epoch are visited, its learning rates, and the step to begin at. */
  async beginEpoch(order: Int32Array, rates: readonly number[], position: number): Promise<void> {
    await this.#order.write(order.subarray(0, this.#order.size));
    await this.#rates.write(rates);
    await this.#position.write([position]);
  }

  /** Does up to `count` steps in one call to the device; gives how many were done. */
  async run(count: number): Promise<number> {
    return (await this.#run.repeat(count)).steps;
  }

  async history(): Promise<StepHistory> {
    const read = async (name: HistoryName) => (await this.#history[name]?.data()) ?? [];
    const [losses, hits, gradientNorms, stepNorms] = await Promise.all(HISTORY.map(read));
    return { losses: losses!, hits: hits!, gradientNorms: gradientNorms!, stepNorms: stepNorms! };
  }

  /** Writes `value` at the step's place in a history. */
  #note(name: HistoryName, value: Tensor): void {
    const history = this.#history[name];
    history?.assign(where(arange(history.size).equal(this.#position), value, history));
  }

  /** The batch of this step: bytes [B, C·H·W] and labels [B]. */
  #batch(): { bytes: Tensor; labels: Tensor } {
    const { batchSize, model, shift } = this.#options;
    const indices = this.#order.take(this.#position.mul(batchSize).add(arange(batchSize)));
    const bytes =
      shift > 0
        ? takeShifted(this.#images, indices, model.shape, shift, this.generator)
        : this.#images.take(indices);
    return { bytes, labels: this.#labels.take(indices) };
  }

  #trace(): void {
    const { model, optimizer, labelSmoothing, measuresNorms } = this.#options;
    const { bytes, labels } = this.#batch();
    const logits = apply(model.net, normalizeImages(bytes, model), training(this.generator));
    const loss = crossEntropy(logits, labels, { labelSmoothing });
    const slopes = gradients(loss, this.parameters);
    const before = Object.entries(this.parameters).map(([name, { node }]) => ({
      name,
      value: new Tensor(node),
    }));
    optimizer.update(this.parameters, slopes, this.#rates.take(this.#position).reshape());
    this.#note("losses", loss);
    this.#note("hits", correct(logits, labels));
    if (measuresNorms) {
      this.#note("gradientNorms", globalNorm(slopes));
      this.#note("stepNorms", globalNorm(before.map(({ name, value }) => this.parameters[name]!.sub(value))));
    }
    this.#position.assign(this.#position.add(1));
  }
}
