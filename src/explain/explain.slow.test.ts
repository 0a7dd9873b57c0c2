// Explanations of nets small enough to be worked out by hand, and of one of the zoo against finite differences.
import { beforeAll, describe, expect, it } from "vitest";
import { ConfigError, ShapeError } from "../base/errors.ts";
import { RandomStream } from "../base/random.ts";
import type { ImageSet } from "../data/image-set.ts";
import { setDevice } from "../device/current.ts";
import { ReferenceDevice } from "../device/reference/reference-device.ts";
import { nn } from "../index.ts";
import { loadState } from "../nn/state.ts";
import { tensor } from "../tensor/create.ts";
import { predict } from "../train/evaluate.ts";
import { createModel, logitsOf, type Model } from "../train/model.ts";
import { featureMaps, filters, gradCam, maximize, occlusion, saliency, templates } from "./index.ts";

beforeAll(() => setDevice(new ReferenceDevice()));

const classes = ["a", "b"];
const plain = { mean: [0], deviation: [0.5] };

/** Softmax regression on 2 × 2 pixels with these rows of weights. */
async function linearModel(rows: readonly (readonly number[])[]): Promise<Model> {
  const net = nn.initialize(nn.sequential(nn.flatten(), nn.linear(2)), [1, 2, 2]);
  await loadState(net, {
    "1.weight": { shape: [2, 4], data: Float32Array.from(rows.flat()) },
    "1.bias": { shape: [2], data: Float32Array.of(0.25, -0.25) },
  });
  return { net, shape: [1, 2, 2], classes, normalization: plain };
}
const ROWS = [
  [1, -2, 3, 0],
  [-1, 0.5, 0, 2],
];

describe("saliency", () => {
  it("of a linear net is its weights, over the deviation of the pixels", async () => {
    const model = await linearModel(ROWS);
    const images = Uint8Array.of(255, 0, 0, 0, 0, 0, 0, 255, 0, 0, 255, 0);
    const { gradient, magnitude, classes } = await saliency(model, images);
    expect([...classes]).toEqual([0, 1, 0]);
    expect(gradient.shape).toEqual([3, 1, 2, 2]);
    expect([...gradient.data]).toEqual([2, -4, 6, 0, -2, 1, 0, 4, 2, -4, 6, 0]);
    expect(magnitude.shape).toEqual([3, 2, 2]);
    expect([...magnitude.data]).toEqual([2, 4, 6, 0, 2, 1, 0, 4, 2, 4, 6, 0]);
    const chosen = await saliency(model, images, { class: [1, 0, 1] });
    expect([...chosen.gradient.data.subarray(0, 4)]).toEqual([-2, 1, 0, 4]);
    expect([...chosen.classes]).toEqual([1, 0, 1]);
  });

  it("of a convolutional net agrees with central differences, several batches long", async () => {
    const random = new RandomStream(3);
    const set = noiseSet(70, [2, 6, 6], random);
    const net = nn.sequential(nn.conv2d(3, 3), nn.tanh(), nn.avgPool2d(2), nn.flatten(), nn.linear(2));
    const model = createModel(net, set, { seed: 5 });
    const { gradient } = await saliency(model, set, { class: 1 });
    const size = 72;
    for (const [image, pixel] of [
      [0, 10],
      [69, 40],
      [65, 71],
    ] as const) {
      const score = async (change: number): Promise<number> => {
        const bytes = Float64Array.from(set.images.subarray(image * size, (image + 1) * size));
        bytes[pixel]! += change;
        const logits = await logitsOf(model, tensor(bytes, { shape: [1, size] })).data();
        return logits[1]!;
      };
      // In bytes; the gradient is by pixels in [0, 1].
      const numeric = ((await score(0.01)) - (await score(-0.01))) / (0.02 / 255);
      expect(gradient.data[image * size + pixel]).toBeCloseTo(numeric, 5);
    }
  });

  it("says what is wrong with images and classes", async () => {
    const model = await linearModel(ROWS);
    await expect(saliency(model, new Uint8Array(5))).rejects.toThrow(ShapeError);
    await expect(saliency(model, new Uint8Array(4), { class: 2 })).rejects.toThrow(
      "saliency: class 2 is unknown. Give one class from 0 to 1, or one for each image.",
    );
    await expect(saliency(model, new Uint8Array(8), { class: [0] })).rejects.toThrow(
      "1 classes for 2 images",
    );
  });
});

function noiseSet(count: number, shape: readonly [number, number, number], random: RandomStream): ImageSet {
  const size = shape[0] * shape[1] * shape[2];
  return {
    images: Uint8Array.from({ length: count * size }, () => random.integer(256)),
    labels: Uint8Array.from({ length: count }, (_, i) => i % 2),
    shape,
    classes,
  };
}

describe("occlusion", () => {
  it("is the loss of probability with each patch covered, the covering byte being the border's", async () => {
    const model = await linearModel(ROWS);
    const image = Uint8Array.of(200, 0, 100, 0);
    const result = await occlusion(model, image, { size: 1, fill: 0 });
    const [before] = (await predict(model, image)) as [number[]];
    expect(result.class).toBe(0);
    expect(result.probability).toBe(before[0]);
    const covered = [0, 1, 2, 3].map((i) => image.map((byte, place) => (place === i ? 0 : byte)));
    const after = await predict(model, Uint8Array.from(covered.flatMap((bytes) => [...bytes])));
    const drops = after.map((row) => Math.fround(before[0]! - row[0]!));
    expect([...result.drops.data]).toEqual(drops);
    expect([...result.heat.data]).toEqual(drops);
    expect(drops[0]).toBeGreaterThan(0);
    expect(drops[1]).toBe(0);
  });

  it("spreads a place's drop over the pixels it covers", async () => {
    const model = await linearModel(ROWS);
    const { drops, heat } = await occlusion(model, Uint8Array.of(200, 9, 100, 7), { size: 2, class: 1 });
    expect(drops.shape).toEqual([1, 1]);
    expect([...heat.data]).toEqual(new Array(4).fill(drops.data[0]));
    await expect(occlusion(model, new Uint8Array(4), { size: 3 })).rejects.toThrow("does not fit into 2×2");
    await expect(occlusion(model, new Uint8Array(4), { fill: 300 })).rejects.toThrow(ConfigError);
    await expect(occlusion(model, new Uint8Array(8))).rejects.toThrow("takes one image, there are 2");
  });
});

/** Two filters of 1 × 1 (×1 and ×−2), mean over the image, two classes. */
async function camModel(): Promise<Model> {
  const net = nn.sequential(
    nn.conv2d(2, 1, { bias: false }),
    nn.globalAvgPool2d(),
    nn.flatten(),
    nn.linear(2, { bias: false }),
  );
  nn.initialize(net, [1, 2, 2]);
  await loadState(net, {
    "0.weight": { shape: [2, 1, 1, 1], data: Float32Array.of(1, -2) },
    "3.weight": { shape: [2, 2], data: Float32Array.of(8, 4, 0, -4) },
  });
  return { net, shape: [1, 2, 2], classes, normalization: { mean: [0.2], deviation: [1] } };
}

describe("gradCam", () => {
  it("weighs the channels by their mean gradient and keeps what is above 0", async () => {
    const model = await camModel();
    const image = Uint8Array.of(255, 0, 51, 102);
    const x = [0.8, -0.2, 0, 0.2];
    // Class 0: α = (8, 4)/4, A = (x, −2x), so Σ αA = 2x − 2x = 0; class 1: α = (0, −1), Σ αA = 2x.
    const { map, heat, layer, classes } = await gradCam(model, image, { class: 1 });
    expect([layer, [...classes]]).toEqual(["0", [1]]);
    expect(map.shape).toEqual([1, 2, 2]);
    x.forEach((value, i) => {
      expect(map.data[i]).toBeCloseTo(Math.max(0, 2 * value), 6);
    });
    expect([...heat.data]).toEqual([...map.data]);
    const none = await gradCam(model, image, { class: 0 });
    for (const value of none.map.data) expect(value).toBeCloseTo(0, 6);
  });

  it("brings the map to the image's size, and names the layers there are", async () => {
    const random = new RandomStream(1);
    const set = noiseSet(3, [1, 8, 8], random);
    const net = nn.sequential(
      nn.conv2d(2, 3, { padding: 1 }),
      nn.maxPool2d(2),
      nn.conv2d(3, 3),
      nn.flatten(),
      nn.linear(2),
    );
    const model = createModel(net, set);
    const { map, heat, layer } = await gradCam(model, set);
    expect([layer, map.shape, heat.shape]).toEqual(["2", [3, 2, 2], [3, 8, 8]]);
    const block = nn.residual(nn.conv2d(1, 3, { padding: 1 }), nn.tanh());
    const residual = nn.sequential(block, nn.relu(), nn.maxPool2d(2), nn.flatten(), nn.linear(2));
    expect((await gradCam(createModel(residual, set), set)).layer).toBe("1");
    await expect(gradCam(model, set, { layer: "9" })).rejects.toThrow('the net has no layer "9"');
    await expect(gradCam(model, set, { layer: "4" })).rejects.toThrow("which has no places");
    await expect(gradCam(await linearModel(ROWS), new Uint8Array(4))).rejects.toThrow(
      "the net has no convolution",
    );
  });
});

describe("featureMaps, filters and templates", () => {
  it("give every layer's output and the weights as they are", async () => {
    const model = await camModel();
    const maps = await featureMaps(model, Uint8Array.of(255, 0, 51, 102));
    expect(maps.map(({ layer, type, shape }) => [layer, type, shape])).toEqual([
      ["0", "conv2d", [2, 2, 2]],
      ["1", "globalAvgPool2d", [2, 1, 1]],
      ["2", "flatten", [2]],
      ["3", "linear", [2]],
    ]);
    [0.8, -0.2, 0, 0.2, -1.6, 0.4, 0, -0.4].forEach((value, i) => {
      expect(maps[0]!.data[i]).toBeCloseTo(value, 6);
    });
    const learned = await filters(model);
    expect([learned.layer, learned.shape, [...learned.data]]).toEqual(["0", [2, 1, 1, 1], [1, -2]]);
    await expect(filters(model, "3")).rejects.toThrow("layer 3 (linear) has no filters");
    await expect(templates(model)).rejects.toThrow("the first layer must be dense");
    const rows = await templates(await linearModel(ROWS));
    expect([rows.layer, rows.shape, [...rows.data]]).toEqual(["1", [2, 1, 2, 2], ROWS.flat()]);
    await expect(filters(await linearModel(ROWS))).rejects.toThrow("the net has no convolution");
  });

  it("show blocks beside the layers within them", async () => {
    const set = noiseSet(2, [2, 4, 4], new RandomStream(1));
    const net = nn.sequential(nn.residual(nn.conv2d(2, 3, { padding: 1 })), nn.flatten(), nn.linear(2));
    const maps = await featureMaps(createModel(net, set), set.images.subarray(0, 32));
    expect(maps.map(({ layer }) => layer)).toEqual(["0.0", "0", "1", "2"]);
  });
});

describe("maximize", () => {
  it("drives a linear net's pixels to where its weights point", async () => {
    const model = await linearModel(ROWS);
    const { image, activations } = await maximize(model, { channel: 1, steps: 100, smoothness: 0 });
    // Weights −1, ½, 0, 2: off, on, as it was, on.
    expect([image.data[0], image.data[1], image.data[3]]).toEqual([0, 1, 1]);
    expect(image.data[2]).toBeGreaterThan(0.3);
    expect(activations.length).toBe(101);
    // (½ + 2)/deviation + bias.
    expect(activations.at(-1)).toBeCloseTo(2.5 / 0.5 - 0.25, 5);
    for (let i = 1; i < 101; i++) expect(activations[i]).toBeGreaterThanOrEqual(activations[i - 1]! - 1e-9);
  });

  it("takes any layer's channel and says which there are", async () => {
    const model = await camModel();
    const { image } = await maximize(model, { layer: "0", channel: 1, steps: 60, smoothness: 0, rate: 0.05 });
    expect([...image.data]).toEqual([0, 0, 0, 0]);
    await expect(maximize(model, { layer: "0", channel: 2 })).rejects.toThrow(
      "channel 2 is unknown, layer 0 has 2",
    );
    await expect(maximize(model, { steps: 0 })).rejects.toThrow(ConfigError);
    await expect(maximize(model, { rate: Number.NaN })).rejects.toThrow(
      "rate must be a number of at least 0",
    );
  });
});
