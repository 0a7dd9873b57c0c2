// Inputs far outside the usual on every device: results as PyTorch's or better, gradients finite, NaN never swallowed.
import { beforeAll, describe, expect, it } from "vitest";
import { setDevice } from "../src/device/current.ts";
import * as nabla from "../src/index.ts";
import { gradients, nn, type Tensor, tensor } from "../src/index.ts";
import { deviceNames, deviceOf } from "./devices.ts";

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const read = async (x: Tensor) => [...(await x.data())];
/** Values and the gradient of their sum. */
async function both(f: (x: Tensor) => Tensor, values: readonly number[]) {
  const x = tensor(values);
  const y = f(x);
  const slope = gradients(y.sum(), x);
  return { y: await read(y), slope: await read(slope) };
}
const labels = (...values: number[]) => tensor(values, { dtype: "int32" });

/** Numbers from the smallest to the largest that float32 holds, of both signs, and those around the bends. */
const FAR = [0, 1e-38, 1e-20, 1e-6, 0.5, 1, 3, 5, 10, 20, 50, 88, 89, 100, 710, 1e4, 1e6, 1e10, 1e20, 3e38];
const WIDE = [...FAR.map((x) => -x), ...FAR];

describe.each(deviceNames)("on %s", (device) => {
  beforeAll(async () => setDevice(await deviceOf(device)));

  it.each([1e2, 1e4, 1e6, 1e30])(
    "cross-entropy is right to 1e-6 of its size at logits of ±%d",
    async (size) => {
      const x = tensor([size, -size, 0, -size, size, 0, size, size, size], { shape: [3, 3] });
      const losses = nn.crossEntropy(x, labels(0, 0, 2), { reduction: "none" });
      const slope = gradients(losses.sum(), x);
      const [right, wrong, even] = await read(losses);
      expect(right).toBeCloseTo(0, 6);
      expect(Math.abs(wrong! / (2 * size) - 1)).toBeLessThan(1e-6);
      expect(even).toBeCloseTo(Math.log(3), 6);
      const wanted = [0, 0, 0, -1, 1, 0, 1 / 3, 1 / 3, -2 / 3];
      (await read(slope)).forEach((value, i) => {
        expect(value).toBeCloseTo(wanted[i]!, 6);
      });
    },
  );

  it("what −∞ masks has no share and no gradient; a row of nothing else is NaN as in PyTorch, and harms no other", async () => {
    const x = tensor([1, -infinity, 2, -infinity, 0, -infinity], { shape: [2, 3] });
    for (const f of [(y: Tensor) => nabla.softmax(y), (y: Tensor) => nabla.logSoftmax(y).exp()]) {
      const y = f(x);
      const slope = await read(gradients(y.square().sum(), x));
      const [first, , third, , one] = await read(y);
      expect([first! + third!, one]).toEqual([expect.closeTo(1, 6), 1]);
      expect(slope.every(Number.isFinite)).toBe(true);
      expect(slope[0]).not.toBe(0);
      expect([slope[1], slope[3], slope[5]]).toEqual([0, 0, 0].map(() => expect.closeTo(0, 12)));
    }
    const loss = nn.crossEntropy(x, labels(2, 1));
    const slope = await read(gradients(loss, x));
    expect(slope.every(Number.isFinite)).toBe(true);
    expect(await loss.item()).toBeCloseTo(Math.log1p(Math.exp(-1)) / 2, 6);
    const empty = await read(nabla.softmax(tensor([-infinity, -infinity, 0, 0], { shape: [2, 2] })));
    expect(empty).toEqual([nan, nan, 0.5, 0.5]);
  });

  it("binary cross-entropy and log-sigmoid are exact far out", async () => {
    const x = tensor([1e6, -1e6, 100, -100]);
    const t = tensor([1, 1, 0, 0]);
    const losses = nn.bceWithLogits(x, t, { reduction: "none" });
    const slope = await read(gradients(losses.sum(), x));
    expect(await read(losses)).toEqual([0, 1e6, 100, expect.closeTo(0, 12)]);
    expect(slope).toEqual([0, -1, 1, 0].map((v) => expect.closeTo(v, 6)));
    const { y, slope: ofLog } = await both(nabla.logSigmoid, [-1e6, 0, 1e6]);
    expect(y).toEqual([-1e6, expect.closeTo(-Math.LN2, 6), expect.closeTo(0, 12)]);
    expect(ofLog).toEqual([1, 0.5, 0].map((v) => expect.closeTo(v, 6)));
  });

  it("logsumexp neither overflows nor loses a mask", async () => {
    const x = tensor([1e6, 1e6, -infinity, -infinity, -infinity, -infinity], { shape: [2, 3] });
    const y = nabla.logsumexp(x);
    const [large, nothing] = await read(y);
    expect(Math.abs(large! - (1e6 + Math.LN2))).toBeLessThan(0.1);
    expect(nothing).toBe(-infinity);
  });

  it.each([
    ...[
      "elu",
      "selu",
      "gelu",
      "silu",
      "mish",
      "softplus",
      "softsign",
      "hardswish",
      "hardsigmoid",
      "logSigmoid",
    ],
    ...["gelu tanh", "sigmoid", "tanh", "erf", "relu", "leakyRelu"],
  ])("%s and its gradient are finite and bounded from end to end", async (name) => {
    const { [name]: named } = nabla as unknown as Record<string, (x: Tensor) => Tensor>;
    const others: Readonly<Record<string, (x: Tensor) => Tensor>> = {
      "gelu tanh": (x) => nabla.gelu(x, { approximate: true }),
      sigmoid: (x) => x.sigmoid(),
      tanh: (x) => x.tanh(),
      erf: (x) => x.erf(),
      relu: (x) => x.relu(),
    };
    const { y, slope } = await both(others[name] ?? named!, WIDE);
    y.forEach((value, i) => {
      expect(Math.abs(value), `${name}(${WIDE[i]})`).toBeLessThanOrEqual(2 * Math.abs(WIDE[i]!) + 2);
    });
    slope.forEach((value, i) => {
      expect(Math.abs(value), `${name}′(${WIDE[i]})`).toBeLessThanOrEqual(2);
    });
  });

  it("NaN is passed on by everything that compares", async () => {
    const x = tensor([1, nan, 3]);
    const wholes: Record<string, Tensor> = { max: x.max(), min: x.min(), sum: x.sum(), prod: nabla.prod(x) };
    for (const [name, value] of Object.entries(wholes)) expect(await value.item(), name).toBeNaN();
    const two = tensor([2, 2, 2]);
    const singles: Record<string, Tensor> = {
      ...{ relu: x.relu(), clip: nabla.clip(x, 0, 2), maximum: x.maximum(two), minimum: two.minimum(x) },
      ...{ leakyRelu: nabla.leakyRelu(x), hardswish: nabla.hardswish(x), hardsigmoid: nabla.hardsigmoid(x) },
      ...{
        abs: x.abs(),
        sign: x.sign(),
        softplus: nabla.softplus(x),
        elu: nabla.elu(x),
        gelu: nabla.gelu(x),
      },
    };
    for (const [name, value] of Object.entries(singles)) {
      const [first, second, third] = await read(value);
      expect([first, third].some(Number.isNaN), name).toBe(false);
      expect(second, name).toBeNaN();
    }
    const image = tensor([1, nan, 3, 4], { shape: [1, 1, 2, 2] });
    expect(await nabla.maxPool2d(image, 2).item()).toBeNaN();
    expect(await nabla.adaptiveMaxPool2d(image, 1).item()).toBeNaN();
    expect(await x.argmax().item()).toBe(1);
  });
});
