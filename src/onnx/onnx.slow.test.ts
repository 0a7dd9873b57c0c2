// ONNX both ways: nets of every layer kind exported and read again, a net as PyTorch exports it, and files that are
// damaged, hostile, or ask for what there is not.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { imagesOf, LAYERS, logits, modelOf, net, SEED } from "../../test/onnx-nets.ts";
import { FormatError } from "../base/errors.ts";
import { RandomStream } from "../base/random.ts";
import * as nn from "../nn/index.ts";
import { tensor } from "../tensor/create.ts";
import { type Model, predict } from "../train/index.ts";
import { decodeOnnx } from "./decode.ts";
import { encodeOnnx } from "./encode.ts";
import { exportOnnx, importOnnx } from "./index.ts";
import type { OnnxModel, OnnxNode, OnnxTensor } from "./model.ts";

/** The largest difference between what a model gives for 5 images and what the same gives after it was a file. */
async function lostOnTheWay(model: Model, input: "uint8" | "float32" = "uint8"): Promise<number> {
  const images = imagesOf(model.shape, 5);
  const again = await importOnnx(await exportOnnx(model, { input }));
  const [before, after] = [await logits(model, images), await logits(again, images)];
  expect(after.length).toBe(before.length);
  return Math.max(...before.map((value, i) => Math.abs(value - after[i]!)));
}

describe("export and import again", () => {
  it.each(Object.entries(LAYERS))("keep %s", async (_, make) => {
    expect(await lostOnTheWay(await modelOf(make()))).toBeLessThan(1e-5);
  });
  it.each(["cnn", "linear", "resnet20"])("keep %s of the zoo", async (name) => {
    expect(await lostOnTheWay(await modelOf(name, [1, 28, 28]))).toBeLessThan(1e-5);
  });
  it("keep it with images of numbers from 0 to 1 as well", async () => {
    expect(await lostOnTheWay(await modelOf("cnn", [3, 16, 16]), "float32")).toBeLessThan(1e-5);
  });
  it("keep classes, shape and the names of weights, which can be trained on", async () => {
    const model = await importOnnx(await exportOnnx(await modelOf("cnn", [1, 28, 28])));
    expect([model.shape, model.classes]).toEqual([
      [1, 28, 28],
      ["a", "b", "c"],
    ]);
    const names = ["0.weight", "0.bias", "3.weight", "3.bias", "8.weight", "8.bias", "10.weight", "10.bias"];
    expect(Object.keys(nn.parametersOf(model.net)).sort()).toEqual(names.sort());
    expect(nn.parametersOf(model.net)["8.bias"]?.shape).toEqual([128]);
  });
  it("make no node for what one node can do: a bias is its convolution's, images are not reordered", async () => {
    const { nodes, opset } = decodeOnnx(await exportOnnx(await modelOf("lenet5", [1, 28, 28])));
    expect(opset).toBe(17);
    const types = nodes.map(({ type }) => type);
    expect(types[0]).toBe("Cast");
    expect(types.slice(types.indexOf("Conv"))).toEqual([
      ...["Conv", "Tanh", "AveragePool", "Conv", "Tanh", "AveragePool", "Reshape"],
      ...["Gemm", "Tanh", "Gemm", "Tanh", "Gemm", "Identity"],
    ]);
  });
  it("do not take an op that has no counterpart, or another input", async () => {
    const model = await modelOf(net((x) => x.reshape(x.shape[0]!, -1).cast("int32").mod(3).cast("float32")));
    await expect(exportOnnx(model)).rejects.toThrow(/the op "mod" has no counterpart/);
    const mixing = await modelOf(net((x) => x.sub(x.mean())));
    await expect(exportOnnx(mixing)).rejects.toThrow(/depends on how many images/);
    await expect(exportOnnx(model, { input: "int8" as never })).rejects.toThrow(/Use "uint8" or "float32"/);
  });
});

const golden = (file: string) => new URL(`../../test/goldens/${file}`, import.meta.url);
const exported = new Uint8Array(readFileSync(golden("torch.onnx")));

describe("a net as PyTorch exports it", () => {
  const { x, y } = JSON.parse(readFileSync(golden("torch-onnx.json"), "utf8")) as Record<"x" | "y", number[]>;
  it("computes what it does there", async () => {
    const model = await importOnnx(exported);
    const found = await nn.apply(model.net, tensor(x, { shape: [2, 3, 8, 8] })).data();
    expect(Math.max(...y.map((value, i) => Math.abs(value - found[i]!)))).toBeLessThan(1e-5);
  });
  it("takes names of classes and a normalisation", async () => {
    const classes = [..."abcdefghij"];
    const normalization = { mean: [0.5, 0.5, 0.5], deviation: [0.2, 0.2, 0.2] };
    const model = await importOnnx(exported, { classes, normalization });
    expect([model.classes, model.normalization]).toEqual([classes, normalization]);
    expect(await lostOnTheWay(model)).toBeLessThan(1e-5);
    await expect(importOnnx(exported, { classes: ["a"] })).rejects.toThrow(/tells 10 classes apart, 1 names/);
  });
});

describe("a damaged file", () => {
  it("cut short anywhere is an error that says so, and never another", async () => {
    const bytes = await exportOnnx(await modelOf(net(nn.conv2d(2, 3), nn.relu())));
    for (let length = 0; length < bytes.length; length++) {
      await expect(importOnnx(bytes.subarray(0, length)), `${length}`).rejects.toBeInstanceOf(FormatError);
    }
  });
  it("with bytes changed is read or refused as a file, and takes no memory that it does not have", async () => {
    const random = new RandomStream(SEED, 3);
    let refused = 0;
    for (let i = 0; i < 150; i++) {
      const bytes = exported.slice();
      for (let k = 0; k < 4; k++) bytes[random.uint32() % bytes.length] = random.uint32() & 255;
      const error = await importOnnx(bytes).then(
        () => undefined,
        (thrown: Error & { code?: string }) => thrown,
      );
      if (error === undefined) continue;
      expect(String(error.code), `seed ${SEED}, round ${i}: ${error.stack}`).toMatch(
        /^NABLA_(FORMAT|SHAPE|CONFIG|DTYPE)$/,
      );
      refused++;
    }
    expect(refused).toBeGreaterThan(10);
  });
  it("is no ONNX at all", async () => {
    for (const text of ["", "PK\u0003\u0004", "<!doctype html>", "{}"]) {
      await expect(importOnnx(new TextEncoder().encode(text)), text).rejects.toBeInstanceOf(FormatError);
    }
  });
});

describe("a hostile or foreign file", () => {
  const node = (
    type: string,
    inputs: string[],
    outputs: string[],
    rest: Partial<OnnxNode> = {},
  ): OnnxNode => ({
    ...{ type, domain: "", name: "", inputs, outputs, attributes: {} },
    ...rest,
  });
  const constant = (name: string, shape: number[], data: number[]): OnnxTensor => ({
    ...{ name, type: "float32", shape, data: Float32Array.from(data) },
  });
  const sizes = (name: string, data: number[]): OnnxTensor => ({
    ...{ name, type: "int64", shape: [data.length], data: Float64Array.from(data) },
  });
  const base: OnnxModel = {
    ...{ opset: 17, producer: "test", metadata: {}, constants: [] },
    nodes: [node("Flatten", ["images"], ["logits"])],
    inputs: [{ name: "images", type: "float32", shape: ["N", 1, 2, 2] }],
    outputs: [{ name: "logits", type: "float32", shape: ["N", 4] }],
  };
  const read = (change: Partial<OnnxModel>) => importOnnx(encodeOnnx({ ...base, ...change }));

  it("is read where nothing is wrong, classes that are no list of names passed over", async () => {
    const model = await read({ metadata: { classes: '["<b>",' } });
    expect(model.classes).toEqual(["0", "1", "2", "3"]);
    expect((await predict(model, new Uint8Array(4)))[0]).toHaveLength(4);
  });
  it.each<[string, Partial<OnnxModel>, RegExp]>([
    [
      "an unknown operator",
      { nodes: [node("Softmx", ["images"], ["logits"])] },
      /Softmx, which is not read.*Softmax/,
    ],
    [
      "an operator of another domain",
      { nodes: [node("Conv", ["images"], ["logits"], { domain: "com.example" })] },
      /com\.example\.Conv, which is not read/,
    ],
    [
      "a property of objects as operator",
      { nodes: [node("constructor", ["images"], ["logits"])] },
      /constructor, which/,
    ],
    [
      "a value from nowhere",
      { nodes: [node("Relu", ["other"], ["logits"])] },
      /"other", which nothing before it gives/,
    ],
    ["a cycle", { nodes: [node("Add", ["images", "logits"], ["logits"])] }, /"logits", which nothing before/],
    [
      "a value given twice",
      { nodes: [node("Relu", ["images"], ["a"]), node("Flatten", ["a"], ["a"])] },
      /"a" is given twice/,
    ],
    ["operators of an old version", { opset: 6 }, /version 6 of the operators.*version 7 or newer/],
    ["no output", { nodes: [] }, /nothing gives the output "logits"/],
    ["two inputs", { inputs: [...base.inputs, { ...base.inputs[0]!, name: "b" }] }, /has 2 inputs/],
    [
      "images of no size",
      { inputs: [{ name: "images", type: "float32", shape: ["N", 1, "H", "W"] }] },
      /not images of one/,
    ],
    ["numbers of another kind", { inputs: [{ ...base.inputs[0]!, type: "int64" }] }, /takes int64/],
    [
      "an output that is no list",
      { nodes: [node("Relu", ["images"], ["logits"])] },
      /gives \[1, 1, 2, 2\] for one image/,
    ],
    [
      "an expansion beyond memory",
      {
        nodes: [node("Expand", ["images", "s"], ["a"]), node("Flatten", ["a"], ["logits"])],
        constants: [sizes("s", [1, 100_000, 2_000, 2_000])],
      },
      /would give a value of shape/,
    ],
    [
      "a padding beyond memory",
      {
        nodes: [node("Pad", ["images", "s"], ["a"]), node("Flatten", ["a"], ["logits"])],
        constants: [sizes("s", [0, 0, 0, 0, 0, 2 ** 31, 0, 0])],
      },
      /would give a value of shape/,
    ],
    [
      "a shape taken from the images' values",
      { nodes: [node("Flatten", ["images"], ["f"]), node("Reshape", ["images", "f"], ["logits"])] },
      /must be constant/,
    ],
    [
      "sizes that do not fit",
      {
        nodes: [node("Gemm", ["images", "w"], ["logits"])],
        constants: [constant("w", [3, 2], [1, 2, 3, 4, 5, 6])],
      },
      /./,
    ],
  ])("with %s is refused", async (_, change, message) => {
    const error = await read(change).then(
      () => new Error("was read"),
      (thrown: Error & { code?: string }) => thrown,
    );
    expect(String((error as { code?: string }).code), error.stack).toMatch(/^NABLA_(FORMAT|SHAPE)$/);
    expect(error.message).toMatch(message);
  });
  it("that says a tensor is larger than it is takes no memory for it", () => {
    const model = encodeOnnx({ ...base, constants: [constant("w", [1], [1])] });
    const at = model.findIndex((_, i) => model[i] === 0x08 && model[i + 1] === 1 && model[i + 2] === 0x10);
    // The size 1 becomes 100 of what has one element.
    const grown = model.slice();
    grown[at + 1] = 100;
    expect(() => decodeOnnx(grown)).toThrow(/of shape \[100\] has 1 elements, not 100/);
  });
});
