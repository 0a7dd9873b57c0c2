// The compiled training step: gathers its batch from the window of images on the device, computes loss and gradients,
// updates the parameters and notes how it went, so that many steps run in one call. Knows nothing of epochs or events.
import { type Augmentation, augment, type Batch } from "../data/augment/augmentation.ts";
import { pixelsOf } from "../data/pixels.ts";
import type { Window } from "../data/windows.ts";
import { Origin, within } from "../ir/origin.ts";
import { apply, training } from "../nn/layer.ts";
import { correct, crossEntropy } from "../nn/losses.ts";
import { type LayerPass, observe } from "../nn/observe.ts";
import { parametersOf } from "../nn/state.ts";
import { clipByValue, clipGradients, globalNorm } from "../optim/clip.ts";
import type { NamedTensors, Optimizer } from "../optim/optimizer.ts";
import { type Compiled, compile } from "../tensor/compile.ts";
import { arange, tensor, zeros } from "../tensor/create.ts";
import { where } from "../tensor/functions.ts";
import { gradients } from "../tensor/gradients.ts";
import { Generator } from "../tensor/random.ts";
import { Tensor } from "../tensor/tensor.ts";
import {
  firstNotFinite,
  type Inspected,
  inspect,
  outputsOf,
  type StepValue,
  valuesOf,
} from "./inspection.ts";
import { type Model, normalizePixels } from "./model.ts";

/** Where nodes of a step come from that no layer makes: its batch, its loss, and all that follows from the gradients. */
export const STEP_PARTS = {
  batch: new Origin("batch"),
  loss: new Origin("loss"),
  update: new Origin("update"),
} as const;

/** What a training step is made of. */
export interface StepOptions {
  readonly model: Model;
  readonly optimizer: Optimizer;
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
  readonly seed: number;
  /** What is done to the images of each batch, in order. */
  readonly augment: readonly Augmentation[];
  readonly labelSmoothing: number;
  readonly clipNorm: number | undefined;
  readonly clipValue: number | undefined;
  /** Parts that a batch is cut into; divides batchSize. */
  readonly accumulate: number;
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

/** Loss, right answers and gradients of a part of a batch; losses and gradients divided by the number of parts. */
interface PartResult {
  readonly loss: Tensor;
  readonly hits: Tensor;
  readonly slopes: Record<string, Tensor>;
}

/** Their sums over the parts done, which begin at 0, and int32 [1]: the part that comes next. */
interface PartSums extends PartResult {
  readonly part: Tensor;
}

const zerosLike = ({ shape, size }: Tensor): Tensor => tensor(new Float32Array(size), { shape });
const mapValues = (named: NamedTensors, f: (value: Tensor, name: string) => Tensor): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(named).map(([name, value]) => [name, f(value, name)]));

/** The images on the device, and the order in which steps take them. */
interface Held {
  readonly images: Tensor;
  readonly labels: Tensor;
  readonly order: Tensor;
  /** int32 [1]: the step of the epoch that begins the order. */
  readonly first: Tensor;
}

/** The data, the state and the program of training on one device. */
export class TrainingStep {
  readonly generator: Generator;
  readonly parameters: Record<string, Tensor>;
  readonly #options: StepOptions;
  #held: Held | undefined;
  /** Whose copy the images on the device are. */
  #images: Uint8Array | undefined;
  readonly #rates: Tensor;
  /** int32 [1]: the step of the epoch that comes next. */
  readonly #position = tensor(new Int32Array(1));
  readonly #history: Partial<Record<HistoryName, Tensor>>;
  readonly #run: Compiled<[], void>;
  /** What the parts of a batch before the last have given; none where a batch is one part. */
  readonly #sums: PartSums | undefined;
  /** Does one part of a batch that is not its last. */
  readonly #runPart: Compiled<[], void>;
  readonly #inspectParameters: Compiled<[], Inspected>;
  readonly #inspectPart: Compiled<[], Inspected>;

  constructor(options: StepOptions) {
    const { model, optimizer, stepsPerEpoch, seed, measuresNorms } = options;
    this.#options = options;
    this.generator = new Generator(seed);
    this.parameters = parametersOf(model.net, { trainable: true });
    optimizer.init(this.parameters);
    this.#rates = tensor(new Float32Array(stepsPerEpoch));
    const names = measuresNorms ? HISTORY : HISTORY.slice(0, 2);
    this.#history = Object.fromEntries(names.map((name) => [name, tensor(new Float32Array(stepsPerEpoch))]));
    if (options.accumulate > 1) {
      const [loss, hits] = [tensor(0), tensor(0)];
      const slopes = mapValues(this.parameters, zerosLike);
      this.#sums = { loss, hits, slopes, part: tensor(new Int32Array(1)) };
    }
    this.#run = compile(() => within(STEP_PARTS.update, () => this.#trace()));
    this.#runPart = compile(() => within(STEP_PARTS.update, () => this.#tracePart()));
    this.#inspectParameters = compile(() => inspect(valuesOf("parameter", this.parameters)));
    this.#inspectPart = compile(() => this.#traceInspection());
  }

  /** Brings the images of a window to the device in place of those before, unless they are the same. */
  async load({ images, labels, order, first }: Window): Promise<void> {
    if (this.#held === undefined) {
      this.#held = {
        images: tensor(images, { shape: [labels.length, images.length / labels.length] }),
        labels: tensor(Int32Array.from(labels)),
        order: tensor(order.slice()),
        first: tensor(Int32Array.of(first)),
      };
    } else {
      if (images !== this.#images) {
        await this.#held.images.write(images);
        await this.#held.labels.write(labels);
      }
      await this.#held.order.write(order);
      await this.#held.first.write([first]);
    }
    this.#images = images;
  }

  /** Sets the learning rates of an epoch and the step to begin at. */
  async beginEpoch(rates: readonly number[], position: number): Promise<void> {
    await this.#rates.write(rates);
    await this.#position.write([position]);
  }

  /** Does up to `count` steps in one call to the device; gives how many were done. */
  async run(count: number): Promise<number> {
    const { accumulate } = this.#options;
    if (accumulate === 1) return (await this.#run.repeat(count)).steps;
    for (let step = 0; step < count; step++) {
      let left = accumulate - 1;
      while (left > 0) left -= (await this.#runPart.repeat(left)).steps;
      await this.#run.repeat(1);
    }
    return count;
  }

  /** The first parameter that is not finite, if any. */
  async findBadParameter(): Promise<StepValue | undefined> {
    return firstNotFinite(await this.#inspectParameters());
  }

  /**
   * The first value that is not finite of the step that comes next, if any. The step is not taken, but random numbers
   * are drawn: a state must be restored before training goes on.
   */
  async findBadValue(): Promise<StepValue | undefined> {
    await this.#sums?.part.write([0]);
    let found = await this.findBadParameter();
    for (let part = 0; part < this.#options.accumulate && found === undefined; part++) {
      found = await firstNotFinite(await this.#inspectPart());
    }
    await this.#sums?.part.write([0]);
    return found;
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

  /** The batch of this step, or its part that comes next: images from 0 to 1, and labels [B]. */
  #batch(): Batch {
    const { batchSize, accumulate, model, augment: list } = this.#options;
    const count = batchSize / accumulate;
    const held = this.#held!;
    const begin = this.#position.sub(held.first).mul(batchSize);
    const first = this.#sums === undefined ? begin : begin.add(this.#sums.part.mul(count));
    const indices = held.order.take(first.add(arange(count)));
    const images = pixelsOf(held.images.take(indices), model.shape);
    const batch = { images, labels: held.labels.take(indices), classes: model.classes.length };
    return augment(batch, list, this.generator);
  }

  /** Loss, right answers and gradients of the next part of a batch alone. */
  #differentiatePart(forward = apply): PartResult {
    const { model, labelSmoothing, accumulate } = this.#options;
    const { x, labels } = within(STEP_PARTS.batch, () => {
      const { images, labels } = this.#batch();
      return { x: normalizePixels(images, model), labels };
    });
    const logits = forward(model.net, x, training(this.generator));
    const { loss, hits } = within(STEP_PARTS.loss, () => {
      const whole = crossEntropy(logits, labels, { labelSmoothing });
      return {
        loss: accumulate === 1 ? whole : whole.div(accumulate),
        // Where images are mixed, that of the larger share counts.
        hits: correct(logits, labels.rank === 1 ? labels : labels.argmax(-1)),
      };
    });
    return { loss, hits, slopes: gradients(loss, this.parameters) };
  }

  /** Loss, right answers and gradients of a batch, or of a part and all before it. */
  #differentiate(): PartResult {
    const { loss, hits, slopes } = this.#differentiatePart();
    const sums = this.#sums;
    if (sums === undefined) return { loss, hits, slopes };
    const added = mapValues(slopes, (slope, name) => sums.slopes[name]!.add(slope));
    return { loss: sums.loss.add(loss), hits: sums.hits.add(hits), slopes: added };
  }

  #traceInspection(): Inspected {
    let passes: readonly LayerPass[] = [];
    const { loss, slopes } = this.#differentiatePart((net, x, context) => {
      const observed = observe(net, x, context);
      passes = observed.passes;
      return observed.y;
    });
    if (this.#sums !== undefined) this.#sums.part.assign(this.#sums.part.add(1));
    // Gradients are computed from the last layer to the first.
    const backward = valuesOf("gradient", slopes).reverse();
    return inspect([...outputsOf(passes), [{ kind: "loss", name: "" }, loss], ...backward]);
  }

  #tracePart(): void {
    const sums = this.#sums!;
    const { loss, hits, slopes } = this.#differentiate();
    sums.loss.assign(loss);
    sums.hits.assign(hits);
    for (const [name, slope] of Object.entries(slopes)) sums.slopes[name]!.assign(slope);
    sums.part.assign(sums.part.add(1));
  }

  /** Sums as they are before the first part of a batch. */
  #clearSums({ loss, hits, slopes, part }: PartSums): void {
    for (const sum of [loss, hits, part, ...Object.values(slopes)]) {
      sum.assign(zeros(sum.shape, { dtype: sum.dtype }));
    }
  }

  /** The gradients within their bounds. */
  #clip(slopes: Record<string, Tensor>): Record<string, Tensor> {
    const { clipValue, clipNorm } = this.#options;
    const held = clipValue === undefined ? slopes : clipByValue(slopes, clipValue);
    return clipNorm === undefined ? held : clipGradients(held, clipNorm).gradients;
  }

  #trace(): void {
    const { optimizer, measuresNorms } = this.#options;
    const { loss, hits, slopes } = this.#differentiate();
    const before = Object.entries(this.parameters).map(([name, { node }]) => ({
      name,
      value: new Tensor(node),
    }));
    optimizer.update(this.parameters, this.#clip(slopes), this.#rates.take(this.#position).reshape());
    this.#note("losses", loss);
    this.#note("hits", hits);
    if (measuresNorms) {
      this.#note("gradientNorms", globalNorm(slopes));
      this.#note("stepNorms", globalNorm(before.map(({ name, value }) => this.parameters[name]!.sub(value))));
    }
    if (this.#sums !== undefined) this.#clearSums(this.#sums);
    this.#position.assign(this.#position.add(1));
  }
}
