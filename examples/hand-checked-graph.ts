// Backpropagation by hand and by the engine on a net of five neurons: npx tsx examples/hand-checked-graph.ts
//
//   x = (5, −1) → z = W₁x = (7, −1) → h = relu(W₂z) = (0, 13) → a = w₃·h = −13
import { deepStrictEqual } from "node:assert";
import { gradients, ReferenceDevice, setDevice, type Tensor, tensor } from "nabla";
import { countDerivatives } from "nabla/descent";

setDevice(new ReferenceDevice());

// Every number of the net is a tensor of its own, so that the graph is the one drawn on paper.
const start = {
  ...{ x1: 5, x2: -1 },
  ...{ w11: 1, w12: -2, w21: -1, w22: -4 },
  ...{ v11: -1, v12: 2, v21: 2, v22: 1 },
  ...{ u1: 3, u2: -1 },
};
type Name = keyof typeof start;
type Leaves = Record<Name, Tensor>;
const leavesAt = (values: Record<Name, number>): Leaves =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, tensor(value)])) as Leaves;

const neuron = (w1: Tensor, x1: Tensor, w2: Tensor, x2: Tensor) => w1.mul(x1).add(w2.mul(x2));
function net(t: Leaves) {
  const z1 = neuron(t.w11, t.x1, t.w12, t.x2); //  1·5 + (−2)(−1) = 7
  const z2 = neuron(t.w21, t.x1, t.w22, t.x2); // −1·5 + (−4)(−1) = −1
  const h1 = neuron(t.v11, z1, t.v12, z2).relu(); // relu(−1·7 + 2(−1)) = relu(−9) = 0
  const h2 = neuron(t.v21, z1, t.v22, z2).relu(); // relu(2·7 + 1(−1)) = 13
  const a = neuron(t.u1, h1, t.u2, h2); // 3·0 + (−1)·13 = −13
  return { z1, z2, h1, h2, a };
}

const leaves = leavesAt(start);
const values = net(leaves);
// Gradients and counts are of graphs; a value that has been read is a number and has none.
const engine = gradients(values.a, leaves);
const count = countDerivatives(values.a, [leaves.x1, leaves.x2]);
for (const [name, expected] of Object.entries({ z1: 7, z2: -1, h1: 0, h2: 13, a: -13 })) {
  deepStrictEqual(await values[name as keyof typeof values].item(), expected);
}

// By hand, backward. relu′(−9) = 0 shuts the upper path and relu′(13) = 1 leaves the lower one open.
const [h1, h2] = [3, -1]; // ∂a/∂h = u
const [s1, s2] = [h1 * 0, h2 * 1]; // ∂a/∂(W₂z) = ∂a/∂h · relu′
const [z1, z2] = [s1 * -1 + s2 * 2, s1 * 2 + s2 * 1]; // ∂a/∂z = (−2, −1)
const byHand: Record<Name, number> = {
  ...{ u1: 0, u2: 13 }, // h
  ...{ v11: s1 * 7, v12: s1 * -1, v21: s2 * 7, v22: s2 * -1 }, // ∂a/∂(W₂z) · z
  ...{ w11: z1 * 5, w12: z1 * -1, w21: z2 * 5, w22: z2 * -1 }, // ∂a/∂z · x
  ...{ x1: z1 * 1 + z2 * -1, x2: z1 * -2 + z2 * -4 }, // W₁ᵀ · ∂a/∂z
};

const h = 1e-4;
console.log("∂a/∂…   by hand   engine   (a(w + h) − a(w − h)) / 2h");
for (const name of Object.keys(start) as Name[]) {
  const at = async (delta: number) => net(leavesAt({ ...start, [name]: start[name] + delta })).a.item();
  const difference = ((await at(h)) - (await at(-h))) / (2 * h);
  const computed = await engine[name].item();
  // −0 and 0 are the same slope.
  deepStrictEqual(computed + 0, byHand[name] + 0);
  if (Math.abs(difference - computed) > 1e-6) throw new Error(`${name}: ${difference} is not ${computed}`);
  console.log(
    name.padEnd(6) +
      String(byHand[name] + 0).padStart(9) +
      String(computed + 0).padStart(9) +
      difference.toFixed(6).padStart(14),
  );
}

// Every arrow of the picture is a product and a sum: 10 arrows from x to a are 20 edges, and relu adds 2.
deepStrictEqual(count, { partials: 22, paths: 8 });
console.log(`\nfrom x to a: ${count.partials} partial derivatives, each computed once; ${count.paths} paths`);

// Two more neurons a layer: the work of backpropagation grows by a sum, that of the written-out chain rule by a factor.
console.log("\nlayers of two   partials       paths");
for (const layers of [2, 4, 8, 16, 32]) {
  const one = tensor(1);
  let [p, q] = [leaves.x1, leaves.x2];
  for (let layer = 0; layer < layers; layer++) [p, q] = [neuron(one, p, one, q), neuron(one, p, one, q)];
  const deep = countDerivatives(neuron(one, p, one, q), [leaves.x1, leaves.x2]);
  deepStrictEqual(deep, { partials: 8 * layers + 4, paths: 2 ** (layers + 1) });
  console.log(
    String(layers).padStart(13) + String(deep.partials).padStart(11) + String(deep.paths).padStart(12),
  );
}
