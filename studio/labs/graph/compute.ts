// What the lab of the graph computes: every value of the net of five neurons, every partial derivative, and central
// differences beside them. Runs in a worker and in Node alike.
import { grad, gradients, type Tensor, tensor } from "nabla";
import { countDerivatives } from "nabla/descent";
import {
  type Difference,
  H,
  INNER,
  LEAVES,
  type LeafName,
  type Leaves,
  type Name,
  START,
  type Walk,
} from "./net.ts";

const neuron = (w1: Tensor, x1: Tensor, w2: Tensor, x2: Tensor): Tensor => w1.mul(x1).add(w2.mul(x2));

const build = (values: Leaves): Record<LeafName, Tensor> =>
  Object.fromEntries(LEAVES.map((name) => [name, tensor(values[name])])) as Record<LeafName, Tensor>;

/** A number of the net that is moved a little, by itself. */
interface Nudge {
  readonly name: Name;
  readonly by: number;
}

function net(leaves: Leaves, nudge?: Nudge) {
  const put = (name: Name, value: Tensor): Tensor => (nudge?.name === name ? value.add(nudge.by) : value);
  const t = build(leaves);
  for (const name of LEAVES) t[name] = put(name, t[name]);
  const z1 = put("z1", neuron(t.w11, t.x1, t.w12, t.x2));
  const z2 = put("z2", neuron(t.w21, t.x1, t.w22, t.x2));
  const s1 = put("s1", neuron(t.v11, z1, t.v12, z2));
  const s2 = put("s2", neuron(t.v21, z1, t.v22, z2));
  const [h1, h2] = [put("h1", s1.relu()), put("h2", s2.relu())];
  const [upper, lower] = [t.u1.mul(h1), t.u2.mul(h2)];
  const a = put("a", upper.add(lower));
  return { all: { ...t, z1, z2, s1, s2, h1, h2, a }, upper, lower };
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
  const { all, upper, lower } = net(values);
  const slopes = gradients(all.a, all);
  // Through h₁ alone, and through h₂ alone.
  const ways = { upper: gradients(upper, { w: all.w11 }).w, lower: gradients(lower, { w: all.w11 }).w };
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
 * (a(v + h) − a(v − h)) / 2h for every number v of the net, the others being as they are. a is linear in each of them
 * between the kinks of relu, so that no h is too large there, and a power of two costs no digits.
 */
export async function differences(values: Leaves): Promise<Record<Name, Difference>> {
  const at = (nudge: Nudge): Promise<number> => net(values, nudge).all.a.item();
  const pairs = [...LEAVES, ...INNER].map(async (name) => {
    const [more, less] = [await at({ name, by: H }), await at({ name, by: -H })];
    return [name, { more, less, quotient: (more - less) / (2 * H) }] as const;
  });
  return Object.fromEntries(await Promise.all(pairs)) as Record<Name, Difference>;
}

/** How many paths lead from w₁₁ to a, counted on the graph. */
export function countPaths(): number {
  const { all } = net(START);
  return countDerivatives(all.a, [all.w11]).paths;
}
