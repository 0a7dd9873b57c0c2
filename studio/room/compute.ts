// What the training room computes, as its page calls it in the worker: a net described, a session opened. Runs in Node alike.
import { ConfigError, describe, type LayerRow, nn } from "nabla";
import { exportOnnx } from "nabla/onnx";
import { encodeModel } from "nabla/train";
import { type Fault, faultOf } from "../engine/fault.ts";
import { makeQueue } from "../engine/stepped-fit.ts";
import { layerOf, netOf } from "./build.ts";
import { openData } from "./data/open-data.ts";
import { ownData } from "./data/own-files.ts";
import { type ChosenImage, judge, view } from "./inspect/look.ts";
import { type Place, TrainingSession } from "./session.ts";
import type { Change, LayerSpec, RoomSettings } from "./settings.ts";

export { dataOffer } from "./data/open-data.ts";
export { takeFiles } from "./data/own-files.ts";
export { listSweeps } from "./sweep/sweeps.ts";
export { listRuns, stopRun, watchRun } from "./watch/feed.ts";
export { leaveRun, takeRuns } from "./watch/run-files.ts";
export { openRun, savedNets, testScore } from "./watch/run-nets.ts";

/** A net as a table, or the layer at which it does not hold together. */
export interface NetDescription {
  /** One row a layer; those before the fault where there is one. */
  readonly rows: readonly LayerRow[];
  readonly fault?: (Fault & { readonly layer: number }) | undefined;
}

/** Shapes, parameters and FLOPs of a net for images of this shape. */
export function describeNet(
  layers: readonly LayerSpec[],
  shape: readonly number[],
  classes: number,
): NetDescription {
  try {
    const whole = describe(netOf(layers, classes), shape);
    const given = whole.at(-1)!.shape;
    if (given.length === 1) return { rows: whole };
    const message = `output: gives ${given.join("×")} for an image, not one number a class. Put flatten before it.`;
    return { rows: whole.slice(0, -1), fault: { layer: layers.length, kind: "shape", message } };
  } catch {
    // Which layer it is, is found by leaving off what follows.
  }
  let rows: readonly LayerRow[] = [];
  for (let count = 1; count <= layers.length; count++) {
    try {
      rows = describe(nn.sequential(...layers.slice(0, count).map(layerOf)), shape);
    } catch (error) {
      return { rows, fault: { layer: count - 1, ...faultOf(error) } };
    }
  }
  try {
    return { rows: describe(netOf(layers, classes), shape) };
  } catch (error) {
    return { rows, fault: { layer: layers.length, ...faultOf(error) } };
  }
}

/** Opens a session on the data that the settings name. */
export async function open(settings: RoomSettings) {
  const data = await openData(settings, ownData());
  let held: TrainingSession | undefined = await TrainingSession.open(settings, data);
  const queue = makeQueue();
  /** After all that was asked before, since a session does one thing at a time. */
  const inTurn = <R>(action: (session: TrainingSession) => R | Promise<R>): Promise<R> =>
    queue(() => {
      if (held === undefined) throw new ConfigError("room: the session is closed. Open another one.");
      return action(held);
    });
  return {
    info: () => inTurn(({ info }) => info),
    advance: (steps: number, milliseconds?: number) =>
      inTurn((session) => session.advance(steps, milliseconds)),
    branch: (place: Place, change: Change) => inTurn((session) => session.branch(place, change)),
    activate: (id: number) => inTurn((session) => session.activate(id)),
    snapshots: (id: number) => inTurn((session) => session.snapshotsOf(id)),
    /** The score, mistakes and parameters of the net as it was at a place. */
    judge: (place: Place) =>
      inTurn(async (session) => judge(await session.modelAt(place), session.data, place.step)),
    /** What it made of a validation image, or of a picture of the reader's. */
    view: (place: Place, image: ChosenImage) =>
      inTurn(async (session) => view(await session.modelAt(place), session.data.validation, image)),
    /** The net as it was at a place, as a file's bytes. */
    encode: (place: Place, format: "onnx" | "safetensors") =>
      inTurn(async (session) => {
        const model = await session.modelAt(place);
        return format === "onnx" ? exportOnnx(model) : encodeModel(model);
      }),
    /** Lets go of everything: the page's handle alone would keep it all. */
    close: () =>
      inTurn((session) => {
        held = undefined;
        return session.close();
      }),
  };
}
