// Every net of the zoo as an ONNX file: read again, and in onnxruntime, where every layer kind is tried too. The latter
// runs where the folder NABLA_PEERS has onnxruntime-node.
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { zoo } from "../src/nn/index.ts";
import { exportOnnx, importOnnx } from "../src/onnx/index.ts";
import type { Model } from "../src/train/index.ts";
import { imagesOf, LAYERS, logits, modelOf } from "./onnx-nets.ts";

interface OnnxRuntime {
  InferenceSession: {
    create(
      model: Uint8Array,
      options: object,
    ): Promise<{ run(feeds: Record<string, unknown>): Promise<{ logits: { data: Float32Array } }> }>;
  };
  Tensor: new (type: string, data: Uint8Array | Float32Array, shape: readonly number[]) => unknown;
}

function load(): OnnxRuntime | undefined {
  const folder = process.env["NABLA_PEERS"];
  if (folder === undefined) return undefined;
  try {
    return createRequire(join(folder, "package.json"))("onnxruntime-node") as OnnxRuntime;
  } catch {
    return undefined;
  }
}

const runtime = load();

/** The largest difference over 5 images. */
async function difference(model: Model, input: "uint8" | "float32"): Promise<number> {
  const images = imagesOf(model.shape, 5);
  const session = await runtime!.InferenceSession.create(await exportOnnx(model, { input }), {
    logSeverityLevel: 3,
  });
  const data = input === "uint8" ? images : Float32Array.from(images, (byte) => byte / 255);
  const found = await session.run({ images: new runtime!.Tensor(input, data, [5, ...model.shape]) });
  const own = await logits(model, images);
  expect(found.logits.data.length).toBe(own.length);
  return Math.max(...own.map((value, i) => Math.abs(value - found.logits.data[i]!)));
}

const shapeFor = (name: string): [number, number, number] =>
  /net|Mixer/.test(name) && name !== "lenet5" ? [3, 32, 32] : [1, 28, 28];

describe("reading again gives the same logits for", () => {
  it.each(Object.keys(zoo))("%s of the zoo", async (name) => {
    const model = await modelOf(name, shapeFor(name));
    const images = imagesOf(model.shape, 5);
    const again = await importOnnx(await exportOnnx(model));
    const [before, after] = [await logits(model, images), await logits(again, images)];
    expect(Math.max(...before.map((value, i) => Math.abs(value - after[i]!)))).toBeLessThan(1e-5);
  });
});

describe.skipIf(runtime === undefined)("onnxruntime gives the same logits for", () => {
  it.each(Object.keys(zoo))("%s of the zoo", async (name) => {
    expect(await difference(await modelOf(name, shapeFor(name)), "uint8")).toBeLessThan(1e-5);
  });
  it.each(Object.entries(LAYERS))("%s", async (_, make) => {
    expect(await difference(await modelOf(make()), "float32")).toBeLessThan(1e-5);
  });
});
