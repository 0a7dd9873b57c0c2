// What the passes make of canonical graphs: printed programs as goldens, and the properties each pass promises.
import { describe, expect, it } from "vitest";
import { type Graph, Slot, topologicalOrder } from "../ir/node.ts";
import { add, exp, log, mul, neg, sub } from "../ops/arithmetic.ts";
import { expand, sum } from "../ops/broadcast.ts";
import { conv2d } from "../ops/conv.ts";
import { relu } from "../ops/elementary.ts";
import { constant, readSlot } from "../ops/leaf.ts";
import { matmul } from "../ops/linalg.ts";
import { maxPool2d } from "../ops/pool.ts";
import { permute, reshape, slice } from "../ops/view.ts";
import { compileGraph, optimize } from "./compile.ts";
import { countDerivatives, gradient } from "./gradient.ts";
import { printProgram } from "./print-program.ts";
import { writesOf } from "./program.ts";

const parameter = (...shape: number[]) => new Slot(shape, "float32");

/** A dense layer's training step: y = relu(x·wᵀ + b), Q = Σy², w and b stepped against the gradient. */
function denseStep(): Graph {
  const [x, w, b] = [parameter(8, 20), parameter(10, 20), parameter(10)];
  const weights = readSlot(w);
  const bias = readSlot(b);
  const pre = matmul(reshape(readSlot(x), [1, 8, 20]), reshape(permute(weights, [1, 0]), [1, 20, 10]));
  const y = relu(add(reshape(pre, [8, 10]), expand(reshape(bias, [1, 10]), [8, 10])));
  const loss = sum(mul(y, y), [0, 1]);
  const [dw, db] = gradient(loss, [weights, bias]);
  const rate = (like: { shape: readonly number[] }) => constant(0.1, like.shape);
  return {
    outputs: [loss],
    updates: [
      { slot: w, value: sub(weights, mul(dw!, rate(dw!))) },
      { slot: b, value: sub(bias, mul(db!, rate(db!))) },
    ],
  };
}

/** conv, bias, relu, pool on images [N, C, H, W], and the gradient by the weight. */
function imageStep(): Graph {
  const [x, w, b] = [parameter(2, 3, 8, 8), parameter(4, 3, 3, 3), parameter(4)];
  const weight = readSlot(w);
  const first = [0, 3, 1, 2];
  const last = [0, 2, 3, 1];
  const geometry = { stride: [1, 1], padding: [1, 1, 1, 1], dilation: [1, 1], groups: 1 } as const;
  const y = permute(conv2d(permute(readSlot(x), last), weight, geometry), first);
  const active = relu(add(y, expand(reshape(readSlot(b), [1, 4, 1, 1]), [2, 4, 8, 8])));
  const pool = { kernel: [2, 2], stride: [2, 2], padding: [0, 0, 0, 0], countPadding: true } as const;
  const pooled = permute(maxPool2d(permute(active, last), pool), first);
  const loss = sum(pooled, [0, 1, 2, 3]);
  const [dw] = gradient(loss, [weight]);
  return { outputs: [loss], updates: [{ slot: w, value: sub(weight, mul(dw!, constant(0.1, dw!.shape))) }] };
}

describe("programs", () => {
  it("fuse bias, activation and update into the products of a dense layer", () => {
    expect(printProgram(compileGraph(denseStep()))).toMatchInlineSnapshot(`
      "v0 v1 = matmul [1, 8, 10] then add relu lessEqual add where (s0 s1 s2)
      s3 = sum over [0, 1] of mul [8, 10] (v0)
      s1 = matmul [1, 10, 20] then mul sub (v1 s0 s1)
      v2 = sum over [0] of copy [8, 10] (v1)
      s2 = map mul sub [10] (v2 s2)
      arena 640 bytes, at least 640"
    `);
  });

  it("make products of convolutions of one pixel", () => {
    const [x, w] = [readSlot(parameter(2, 4, 4, 8)), readSlot(parameter(16, 8, 1, 1))];
    const geometry = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 } as const;
    const outputs = [conv2d(x, w, geometry)];
    expect(printProgram(compileGraph({ outputs, updates: [] }))).toMatchInlineSnapshot(`
      "s2 = matmul [1, 32, 16] (s0 s1)
      arena 0 bytes, at least 0"
    `);
  });

  it("give every result of equal products that come of different operands", () => {
    const x = parameter(2, 4, 1);
    const geometry = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 } as const;
    const outputs = [
      [2, 4, 1, 1],
      [1, 4, 2, 1],
    ].map((shape) => {
      const image = reshape(sub(readSlot(x), constant(1, [2, 4, 1])), shape);
      const first = slice(permute(image, [3, 0, 1, 2]), [0, 0, 0, 0], [1, 1, 1, 1], [1, 1, 1, 1]);
      return conv2d(image, reshape(first, [1, 1, 1, 1]), geometry);
    });
    const { kernels, outputs: slots } = compileGraph({ outputs, updates: [] });
    const written = new Set(kernels.flatMap(writesOf).flatMap(({ value }) => value.slot ?? []));
    expect(slots.filter((slot) => written.has(slot))).toHaveLength(2);
  });

  it("run a convolution's whole chain channels-last, with one permutation at the input", () => {
    expect(printProgram(compileGraph(imageStep()))).toMatchInlineSnapshot(`
      "v0 = map copy [2, 4, 4, 4] ()
      v1 = map copy [2, 8, 8, 3] (s0)
      v2 = conv2d [2, 8, 8, 4] then add relu (v1 s1 s2)
      v3 v4 = maxPool2dIndex [2, 4, 4, 4] (v2)
      s3 = sum over [0, 1, 2, 3] of copy [2, 4, 4, 4] (v4)
      v5 = maxPool2dGrad [2, 8, 8, 4] (v0 v3)
      v6 = map lessEqual where [2, 8, 8, 4] (v2 v5)
      v7 = conv2dWeightGrad [4, 3, 3, 3] (v1 v6)
      s1 = map mul sub [4, 3, 3, 3] (v7 s1)
      arena 6272 bytes, at least 6272"
    `);
  });

  it("write updates straight into their slots", () => {
    const graph = denseStep();
    const written = compileGraph(graph).kernels.flatMap((kernel) =>
      writesOf(kernel).map(({ value }) => value.slot),
    );
    for (const { slot } of graph.updates) expect(written.filter((other) => other === slot)).toHaveLength(1);
    expect(printProgram(compileGraph(graph))).not.toMatch(/map copy/);
  });

  it("swap two slots through a copy, as each is read before it is overwritten", () => {
    const [a, b] = [parameter(3), parameter(3)];
    const text = printProgram(
      compileGraph({
        outputs: [],
        updates: [
          { slot: a, value: readSlot(b) },
          { slot: b, value: readSlot(a) },
        ],
      }),
    );
    expect(text).toMatchInlineSnapshot(`
      "v0 = map copy [3] (s0)
      s0 = map copy [3] (s1)
      s1 = map copy [3] (v0)
      arena 64 bytes, at least 64"
    `);
  });
});

describe("simplify", () => {
  it("makes equal nodes one and drops what cancels", () => {
    const x = readSlot(parameter(4));
    const y = add(neg(neg(exp(x))), mul(exp(x), constant(1, [4])));
    const { outputs } = optimize({ outputs: [y], updates: [] });
    expect(topologicalOrder(outputs).map(({ op }) => op.name)).toEqual(["slot", "exp", "add"]);
  });

  it("folds constants", () => {
    const { outputs } = optimize({ outputs: [log(exp(constant(2, [5])))], updates: [] });
    expect(outputs[0]!.op.name).toBe("constant");
    expect(outputs[0]!.attributes["value"]).toBeCloseTo(2, 14);
  });
});

describe("gradient", () => {
  it("computes each partial once where paths multiply", () => {
    const x = readSlot(parameter(1));
    let y = x;
    for (let i = 0; i < 10; i++) y = add(y, neg(y));
    expect(countDerivatives(y, [x])).toEqual({ partials: 30, paths: 1024 });
    const [dx] = gradient(y, [x]);
    expect(topologicalOrder([dx!]).length).toBeLessThan(60);
  });

  it("is zero where the value does not depend on the input", () => {
    const [x, w] = [readSlot(parameter(2)), readSlot(parameter(3))];
    const [dw] = gradient(sum(x, [0]), [w]);
    expect(dw!.shape).toEqual([3]);
    expect(dw!.attributes["value"]).toBe(0);
  });
});
