// Tensors as a user meets them, on the reference device: values, gradients, compiled functions, messages.
import { beforeAll, describe, expect, it } from "vitest";
import { setDevice } from "../device/current.ts";
import { ReferenceDevice } from "../device/reference/reference-device.ts";
import { compile } from "./compile.ts";
import { eye, tensor } from "./create.ts";
import { concat, logsumexp, oneHot, softmax, stack, variance, where } from "./functions.ts";
import { checkGradients, grad, gradients } from "./gradients.ts";
import { avgPool2d, conv2d, maxPool2d } from "./images.ts";
import { Generator } from "./random.ts";

beforeAll(() => setDevice(new ReferenceDevice()));

describe("tensors", () => {
  it("broadcast, fold and view as NumPy does", async () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(await x.add(tensor([10, 20, 30])).toArray()).toEqual([
      [11, 22, 33],
      [14, 25, 36],
    ]);
    expect(await x.sum(1).toArray()).toEqual([6, 15]);
    expect(await x.mean().item()).toBe(3.5);
    expect(await x.transpose().toArray()).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ]);
    expect(await x.slice(null, [-1, Number.NEGATIVE_INFINITY, -2]).toArray()).toEqual([
      [3, 1],
      [6, 4],
    ]);
    expect(await x.flip(1).toArray()).toEqual([
      [3, 2, 1],
      [6, 5, 4],
    ]);
    expect(await x.argmax().toArray()).toEqual([2, 2]);
    expect(await x.matmul(x.transpose()).toArray()).toEqual([
      [14, 32],
      [32, 77],
    ]);
    expect(
      await x
        .pad(
          [
            [0, 1],
            [1, 0],
          ],
          9,
        )
        .toArray(),
    ).toEqual([
      [9, 1, 2, 3],
      [9, 4, 5, 6],
      [9, 9, 9, 9],
    ]);
    expect(await x.take(tensor([1, 0, 1], { dtype: "int32" })).toArray()).toEqual([
      [4, 5, 6],
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(await eye(2).toArray()).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(await concat([x, x], 1).shape).toEqual([2, 6]);
    expect(await stack([x, x], -1).slice([0, 1], [0, 1]).toArray()).toEqual([[[1, 1]]]);
    expect(await oneHot(tensor([2, 0], { dtype: "int32" }), 3).toArray()).toEqual([
      [0, 0, 1],
      [1, 0, 0],
    ]);
    expect(await where(x.greater(3), x, 0).toArray()).toEqual([
      [0, 0, 0],
      [4, 5, 6],
    ]);
    expect(await variance(x, 1).toArray()).toEqual([1, 1]);
  });

  it("keep softmax and logsumexp finite at extreme logits", async () => {
    const rows = await softmax(
      tensor([
        [1e6, 0],
        [Number.NEGATIVE_INFINITY, 1],
      ]),
    ).toArray();
    expect(rows).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(await logsumexp(tensor([-1e6, -1e6])).item()).toBeCloseTo(-1e6 + Math.log(2), 6);
  });

  it("say what does not fit, with the values and the cure", () => {
    const [a, b] = [tensor([[1, 2]]), tensor([[1, 2]])];
    expect(() => a.matmul(b)).toThrow(
      /matmul: inner sizes differ, \[1, 2\] × \[1, 2\]. Transpose the second/,
    );
    expect(() => a.reshape(3)).toThrow(/reshape: \[1, 2\] has 2 elements, \[3\] has 3/);
    expect(() => a.sum(2)).toThrow(/sum: axis 2 does not exist in rank 2/);
    expect(() => tensor([[1, 2], [3]])).toThrow(/rows differ in shape/);
    expect(() => a.assign(b)).toThrow(/only a compiled function can assign/);
  });

  it("refuse to assign to a formula, which has no memory", async () => {
    const formula = tensor([1]).add(1);
    const step = compile(() => formula.assign(tensor([2])));
    await expect(step()).rejects.toThrow(/has no memory to assign to/);
  });
});

describe("gradients", () => {
  it("agree with central differences through images, folds and views", async () => {
    const w = tensor([
      [
        [
          [0.5, -1],
          [2, 0.25],
        ],
      ],
    ]);
    const f = (x: ReturnType<typeof tensor>) => {
      const y = conv2d(x.reshape(1, 1, 5, 4), w, { padding: "same" }).tanh();
      return maxPool2d(y, 2)
        .sum()
        .add(avgPool2d(y, [3, 2], { stride: 1, padding: 1 }).square().mean());
    };
    const check = await checkGradients(f, tensor(Array.from({ length: 20 }, (_, i) => Math.sin(i * 1.7))));
    expect(check.error).toBeLessThan(1e-8);
  });

  it("refuse a value whose formula was let go when it was read", async () => {
    const w = tensor([3]);
    const loss = w.square().sum();
    await loss.item();
    expect(() => gradients(loss, w)).toThrow(/Take gradients before reading/);
    expect(() => gradients(loss.mul(2), w)).toThrow(/or one it is made of, has been read already/);
    // What was read may take part where there is another way to w, and what depends on nothing is 0.
    expect(await gradients(loss.mul(w).sum(), w).toArray()).toEqual([9]);
    expect(await gradients(tensor(1), w).toArray()).toEqual([0]);
  });

  it("nest: the second derivative of x³ is 6x", async () => {
    const cube = (x: ReturnType<typeof tensor>) => x.mul(x).mul(x).sum();
    const second = grad((x: ReturnType<typeof tensor>) => grad(cube)(x).sum());
    expect(await second(tensor([1, 2, -3])).toArray()).toEqual([6, 12, -18]);
  });
});

describe("compile", () => {
  it("updates state in place, many steps in one call", async () => {
    const w = tensor([4]);
    const step = compile((eta: ReturnType<typeof tensor>) => {
      const loss = w.square().sum();
      w.assign(w.sub(gradients(loss, w).mul(eta)));
      return { loss };
    });
    const { result, steps } = await step.repeat(2, tensor([0.1]));
    expect(steps).toBe(2);
    expect(await result.loss.item()).toBeCloseTo(3.2 ** 2, 12);
    expect((await w.data())[0]).toBeCloseTo(2.56, 12);
  });

  it("draws new numbers at each step, the same ones from the same seed", async () => {
    const draw = async () => {
      const generator = new Generator(7);
      const sample = compile(() => generator.uniform([3]));
      return [await (await sample()).toArray(), await (await sample()).toArray()];
    };
    const [first, again] = [await draw(), await draw()];
    expect(first).toEqual(again);
    expect(first[0]).not.toEqual(first[1]);
  });
});
