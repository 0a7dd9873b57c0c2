// A net of five neurons whose every derivative was worked out on paper, and the counts of its edges and paths:
// x = (5, −1) → z = W₁x = (7, −1) → h = relu(W₂z) = (0, 13) → a = w₃·h = −13.
import { beforeAll, expect, it } from "vitest";
import { setDevice } from "../device/current.ts";
import { ReferenceDevice } from "../device/reference/reference-device.ts";
import { tensor } from "../tensor/create.ts";
import { checkGradients, gradients } from "../tensor/gradients.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { countDerivatives } from "./count-derivatives.ts";

beforeAll(() => setDevice(new ReferenceDevice()));

const neuron = (weights: readonly Tensor[], inputs: readonly Tensor[]): Tensor =>
  weights.map((w, i) => w.mul(inputs[i]!)).reduce((sum, term) => sum.add(term));

function net(leaves: readonly Tensor[]) {
  const [x1, x2, w11, w12, w21, w22, v11, v12, v21, v22, u1, u2] = leaves as Tensor[] & { length: 12 };
  const z = [neuron([w11!, w12!], [x1!, x2!]), neuron([w21!, w22!], [x1!, x2!])];
  const h = [neuron([v11!, v12!], z).relu(), neuron([v21!, v22!], z).relu()];
  return { z, h, a: neuron([u1!, u2!], h) };
}
// x, W₁, W₂, w₃ by rows.
const numbers = [...[5, -1], ...[1, -2, -1, -4], ...[-1, 2, 2, 1], ...[3, -1]];
const leavesOf = () => numbers.map((value) => tensor(value));

it("gives every value and every partial derivative as worked out by hand", async () => {
  const leaves = leavesOf();
  const { z, h, a } = net(leaves);
  const slopes = gradients(a, leaves);
  const read = (list: readonly Tensor[]) => Promise.all(list.map(async (x) => (await x.item()) + 0));
  expect(await read([...z, ...h, a])).toEqual([7, -1, 0, 13, -13]);
  // ∂a/∂h = (3, −1); relu shuts the first: ∂a/∂(W₂z) = (0, −1); ∂a/∂z = W₂ᵀ(0, −1) = (−2, −1).
  expect(await read(slopes)).toEqual([...[-1, 8], ...[-10, 2, -5, 1], ...[0, 0, -7, 1], ...[0, 13]]);
});

it("agrees with central differences", async () => {
  const apart = (x: Tensor) => numbers.map((_, i) => x.slice([i, i + 1]).reshape());
  const check = await checkGradients((x) => net(apart(x)).a, tensor(numbers));
  expect(check.error).toBeLessThan(1e-9);
});

it("counts edges and paths: of the picture from x to a, and to all weights", () => {
  const leaves = leavesOf();
  const { a } = net(leaves);
  // The picture has 4 + 4 + 2 arrows, each a product and a sum here, and two relus; it has 2 · 2 · 2 paths.
  expect(countDerivatives(a, leaves.slice(0, 2))).toEqual({ partials: 22, paths: 8 });
  // Of each weight's product one more edge; 2 paths from each of W₁, 1 from each of W₂ and w₃.
  expect(countDerivatives(a, leaves)).toEqual({ partials: 32, paths: 8 + 4 * 2 + 4 + 2 });
  expect(countDerivatives(a, [tensor(1)])).toEqual({ partials: 0, paths: 0 });
});
