// The program that the lab of the graph hands out. Runs as it stands with `nabla`.
import type { Leaves } from "./net.ts";

export const codeOf = (leaves: Leaves): string => `\
import { gradients, type Tensor, tensor } from "nabla";

const t = Object.fromEntries(
  Object.entries(${JSON.stringify(leaves)}).map(([name, value]) => [name, tensor(value)]),
) as Record<string, Tensor>;
const neuron = (w1: Tensor, x1: Tensor, w2: Tensor, x2: Tensor) => w1.mul(x1).add(w2.mul(x2));

const z1 = neuron(t.w11!, t.x1!, t.w12!, t.x2!);
const z2 = neuron(t.w21!, t.x1!, t.w22!, t.x2!);
const h1 = neuron(t.v11!, z1, t.v12!, z2).relu();
const h2 = neuron(t.v21!, z1, t.v22!, z2).relu();
const a = neuron(t.u1!, h1, t.u2!, h2);

const slopes = gradients(a, { ...t, z1, z2, h1, h2 });
for (const [name, slope] of Object.entries(slopes)) console.log(\`∂a/∂\${name} =\`, await slope.item());
for (const [name, value] of Object.entries({ z1, z2, h1, h2, a })) console.log(name, await value.item());
`;
