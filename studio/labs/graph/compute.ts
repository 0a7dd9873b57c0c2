// What the lab of the graph computes: every value of the net of five neurons, every partial derivative, and central
// differences beside them. Runs in a worker and in Node alike.
import { grad, gradients, type Tensor, tensor } from "nabla";
import { LEAVES, type LeafName, type Leaves, type Name, type Walk } from "./net.ts";

const neuron = (w1: Tensor, x1: Tensor, w2: Tensor, x2: Tensor): Tensor => w1.mul(x1).add(w2.mul(x2));

const build = (values: Leaves): Record<LeafName, Tensor> =>
  Object.fromEntries(LEAVES.map((name) => [name, tensor(values[name])])) as Record<LeafName, Tensor>;

function net(t: Record<LeafName, Tensor>) {
  const z1 = neuron(t.w11, t.x1, t.w12, t.x2);
  const z2 = neuron(t.w21, t.x1, t.w22, t.x2);
  const s1 = neuron(t.v11, z1, t.v12, z2);
  const s2 = neuron(t.v21, z1, t.v22, z2);
  const [h1, h2] = [s1.relu(), s2.relu()];
  const [upper, lower] = [t.u1.mul(h1), t.u2.mul(h2)];
  return { inner: { z1, z2, s1, s2, h1, h2, a: upper.add(lower) }, upper, lower };
}

const read = async <K extends string>(tensors: Record<K, Tensor>): Promise<Record<K, number>> => {
  // Adding 0 makes −0 the 0 it is.
  const entries = Object.entries<Tensor>(tensors).map(
    async ([name, t]) => [name, (await t.item()) + 0] as const,
  );
  return Object.fromEntries(await Promise.all(entries)) as Record<K, number>;
};

/** Every value and every ∂a/∂· of the net at these numbers. */
export async function walk(values: Leaves): Promise<Walk> {
  const leaves = build(values);
  const { inner, upper, lower } = net(leaves);
  const all: Record<Name, Tensor> = { ...leaves, ...inner };
  const slopes = gradients(inner.a, all);
  // Through h₁ alone, and through h₂ alone.
  const ways = { upper: gradients(upper, { w: leaves.w11 }).w, lower: gradients(lower, { w: leaves.w11 }).w };
  const [known, paths, numbers] = [await read(slopes), await read(ways), await read(all)];
  const gate = grad((s: Tensor) => s.relu());
  return {
    values: numbers,
    slopes: known,
    gates: [await gate(tensor(numbers.s1)).item(), await gate(tensor(numbers.s2)).item()],
    paths: [paths.upper, paths.lower],
  };
}

/**
 * (a(v + h) − a(v − h)) / 2h for every input and weight v. a is linear in each of them between the kinks of relu, so
 * that no h is too large there, and a power of two costs no digits.
 */
export async function differences(values: Leaves): Promise<Record<LeafName, number>> {
  const h = 1 / 64;
  const at = async (name: LeafName, delta: number): Promise<number> =>
    net(build({ ...values, [name]: values[name] + delta })).inner.a.item();
  const pairs = LEAVES.map(
    async (name) => [name, ((await at(name, h)) - (await at(name, -h))) / (2 * h)] as const,
  );
  return Object.fromEntries(await Promise.all(pairs)) as Record<LeafName, number>;
}
