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
import type { GivenFile } from "../data/given-file.ts";
import type { RoomData } from "../data/open-data.ts";
import { readPicture } from "../data/pictures.ts";

/** Validation images that are looked at, at the most. */
export const MOST_IMAGES = 1000;
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
  /** Images that can be looked at one by one. */
  readonly images: number;
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
    ...{ score, images: countOf(validation) },
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

/** One image of the set by its index, or a picture of the reader's. */
export type ChosenImage = number | GivenFile;

export interface View {
  readonly image: Picture;
  /** Undefined for a picture of the reader's. */
  readonly label?: number | undefined;
  readonly probabilities: readonly number[];
  readonly maps: readonly Sheet[];
}

/** What the model makes of an image, layer by layer. */
export async function view(model: Model, set: ImageSet, chosen: ChosenImage): Promise<View> {
  const image =
    typeof chosen === "number"
      ? pictureAt(set, chosen)
      : { shape: model.shape, pixels: await readPicture(chosen, model.shape) };
  const [probabilities] = await predict(model, image.pixels);
  const maps = await featureMaps(model, image.pixels);
  return {
    ...{ image, label: typeof chosen === "number" ? set.labels[chosen] : undefined },
    probabilities: [...probabilities!],
    maps: maps.map((map) => sheetOf(map, map, MOST_CHANNELS)),
  };
}
