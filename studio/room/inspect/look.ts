// What is seen of a model at a past step: its score on images held out, its mistakes, how weights and gradients are
// spread, its filters, and what each layer makes of one image. Runs in the worker and in Node alike; gives plain data.
import { ConfigError } from "nabla";
import { countOf, type ImageSet, subset, takeFirst } from "nabla/data";
import { featureMaps, filters, templates } from "nabla/explain";
import {
  type Evaluation,
  evaluate,
  type HistogramEvent,
  type Mistake,
  type Model,
  predict,
  watchParameters,
} from "nabla/train";
import type { RoomData } from "../open-data.ts";

/** Validation images that are looked at, at the most. */
const MOST_IMAGES = 1000;
const MOST_MISTAKES = 12;
const MOST_FILTERS = 32;
/** Channels shown of one layer. */
const MOST_CHANNELS = 16;

/** Pictures of one size, one after another, of signed numbers. */
export interface Sheet {
  readonly layer: string;
  readonly type: string;
  readonly count: number;
  /** Of how many these are the first. */
  readonly of: number;
  readonly height: number;
  readonly width: number;
  readonly data: Float32Array;
}

/** An image as bytes, one channel after another. */
export interface Picture {
  readonly shape: readonly [number, number, number];
  readonly pixels: Uint8Array;
}

export interface Judgement {
  readonly score: Evaluation;
  readonly mistakes: readonly (Mistake & Picture)[];
  readonly spread: Pick<HistogramEvent, "weights" | "gradients">;
  /** The first convolution's filters, or what the first dense layer looks for; none where neither sees the image. */
  readonly filters?: Sheet | undefined;
}

const looked = (set: ImageSet): ImageSet => takeFirst(set, Math.min(MOST_IMAGES, countOf(set)));

const pictureAt = (set: ImageSet, index: number): Picture => ({
  shape: set.shape,
  pixels: subset(set, [index]).images,
});

/** Scores the model on the validation images and looks at its parameters. */
export async function judge(model: Model, { train, validation }: RoomData, step: number): Promise<Judgement> {
  const set = looked(validation);
  const score = await evaluate(model, set);
  const watch = await watchParameters(model, train);
  const { weights, gradients } = await watch({
    ...{ type: "epoch", epoch: 0, step, train: score, seconds: 0 },
  });
  return {
    score,
    mistakes: score.worst
      .slice(0, MOST_MISTAKES)
      .map((mistake) => ({ ...mistake, ...pictureAt(set, mistake.index) })),
    spread: { weights, gradients },
    filters: await filtersOf(model),
  };
}

/** Planes [count, h, w], the first `most` of them. */
export function sheetOf(
  { layer, type }: Pick<Sheet, "layer" | "type">,
  { shape, data }: { readonly shape: readonly number[]; readonly data: Float32Array },
  most = MOST_FILTERS,
): Sheet {
  const [height, width] = shape.length < 2 ? [1, shape[0]!] : [shape.at(-2)!, shape.at(-1)!];
  const of = data.length / (height * width);
  const count = Math.min(most, of);
  return { ...{ layer, type, count, of, height, width }, data: data.slice(0, count * height * width) };
}

async function filtersOf(model: Model): Promise<Sheet | undefined> {
  for (const [type, look] of [
    ["conv2d", filters],
    ["linear", templates],
  ] as const) {
    try {
      const found = await look(model);
      return sheetOf({ layer: found.layer, type }, found);
    } catch (error) {
      // That says that this net has none of that kind.
      if (!(error instanceof ConfigError)) throw error;
    }
  }
  return undefined;
}

export interface View {
  readonly image: Picture;
  readonly index: number;
  readonly label: number;
  readonly probabilities: readonly number[];
  readonly maps: readonly Sheet[];
}

/** What the model makes of validation image `index`, layer by layer. */
export async function view(model: Model, { validation }: RoomData, index: number): Promise<View> {
  const image = pictureAt(validation, index);
  const [probabilities] = await predict(model, image.pixels);
  const maps = await featureMaps(model, image.pixels);
  return {
    ...{ image, index, label: validation.labels[index]!, probabilities: [...probabilities!] },
    maps: maps.map((map) => sheetOf(map, map, MOST_CHANNELS)),
  };
}
