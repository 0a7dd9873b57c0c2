// The nets that a run of the command line has saved, looked at in the worker: the trained one and its checkpoints, on
// images of the reader's choice. Files are fetched when asked for, and the last one is kept.
import { DataError } from "nabla";
import type { ImageSet } from "nabla/data";
import { exportOnnx } from "nabla/onnx";
import { decodeModel, decodeTrainingState, type Evaluation, encodeModel, type Model } from "nabla/train";
import { openImages } from "../data/open-data.ts";
import { ownData } from "../data/own-files.ts";
import { type ChosenImage, type Judgement, judge, MOST_IMAGES, type View, view } from "../inspect/look.ts";
import type { SourceName } from "../settings.ts";
import { stepOf } from "../snapshots.ts";
import { openedSource } from "./run-files.ts";
import { shownName } from "./run-name.ts";
import { type RunSource, type SavedNet, servedSource } from "./run-source.ts";

/** What is known of a net before it is looked at. */
export interface NetFacts {
  /** The step at which it was saved, where the file tells. */
  readonly step?: number;
  readonly shape: readonly number[];
  readonly classes: readonly string[];
}

/** What nets are looked at with; another turn where the reader has given other files. */
export interface LookedWith {
  readonly source: SourceName;
  readonly turn: number;
}

/** The net that scored best so far: of interest, but not where the run is. */
const BEST = "best.safetensors";

const sourceOf = (name: string): RunSource => openedSource(name) ?? servedSource(name);

/** What a run has saved: the trained net first, then the newest, at last the best so far. */
export const savedNets = async (name: string): Promise<SavedNet[]> =>
  (await sourceOf(name).nets()).toSorted((a, b) => Number(a.file === BEST) - Number(b.file === BEST));

/** A run's score on the test images, once it is there. */
export const testScore = (name: string): Promise<Evaluation | undefined> => sourceOf(name).score();

interface Opened {
  readonly model: Model;
  readonly step?: number;
}

async function openNet(name: string, { file }: SavedNet): Promise<Opened> {
  const label = `${shownName(name)}/${file ?? "model"}`;
  const bytes = await sourceOf(name).net(file);
  if (bytes === undefined) throw new DataError(`${label}: the net is no longer there. Choose another one.`);
  const model = await decodeModel(bytes, label);
  return file === undefined ? { model } : { model, step: stepOf(decodeTrainingState(bytes, label).state) };
}

/** The value of the last key that was asked for; what failed is tried again. */
function keepLast<T>(): (key: string, make: () => Promise<T>) => Promise<T> {
  let last: { readonly key: string; readonly value: Promise<T> } | undefined;
  return (key, make) => {
    if (last?.key !== key) {
      const made = { key, value: make() };
      made.value.catch(() => {
        if (last === made) last = undefined;
      });
      last = made;
    }
    return last.value;
  };
}

/** Images of a source, which must be like those that the model takes. */
function imagesFor(name: string, { shape, classes }: Model, set: ImageSet): ImageSet {
  const [wanted, given] = [shape.join("×"), set.shape.join("×")];
  if (wanted === given && classes.length === set.classes.length) return { ...set, classes };
  throw new DataError(
    `${shownName(name)}: the net takes ${wanted} images of ${classes.length} classes, these are ${given} of ` +
      `${set.classes.length}. Choose other images.`,
    { wanted, given },
  );
}

/** The nets of a run, for as long as they are looked at. `images` names what they are looked at with. */
export function openRun(name: string) {
  const [nets, sets] = [keepLast<Opened>(), keepLast<ImageSet>()];
  const openedNet = (net: SavedNet): Promise<Opened> =>
    nets(`${net.file}@${net.modified}`, () => openNet(name, net));
  const both = async (net: SavedNet, { source, turn }: LookedWith) => {
    const { model, step = 0 } = await openedNet(net);
    const set = await sets(`${source} ${turn}`, () => openImages(source, MOST_IMAGES, ownData()));
    return { model, step, set: imagesFor(name, model, set) };
  };
  return {
    async facts(net: SavedNet): Promise<NetFacts> {
      const { model, step } = await openedNet(net);
      return { shape: model.shape, classes: model.classes, ...(step !== undefined && { step }) };
    },
    async judge(net: SavedNet, images: LookedWith): Promise<Judgement> {
      const { model, step, set } = await both(net, images);
      return judge(model, { train: set, validation: set }, step);
    },
    async encode(net: SavedNet, format: "onnx" | "safetensors"): Promise<Uint8Array> {
      const { model } = await openedNet(net);
      return format === "onnx" ? exportOnnx(model) : encodeModel(model);
    },
    async view(net: SavedNet, images: LookedWith, image: ChosenImage): Promise<View> {
      const { model, set } = await both(net, images);
      return view(model, set, image);
    },
  };
}
