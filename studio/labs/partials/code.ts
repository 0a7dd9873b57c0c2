// The program that the lab of the partials hands out. Runs as it stands with `nabla`.
export const codeOf = (width: number, layers: number): string => `\
import { type Tensor, tensor } from "nabla";
import { countDerivatives } from "nabla/descent";

const one = tensor(1);
const neuron = (from: readonly Tensor[]) => from.map((x) => one.mul(x)).reduce((a, b) => a.add(b));

const inputs = Array.from({ length: ${width} }, (_, i) => tensor(i + 1));
let values = inputs;
for (let layer = 1; layer <= ${layers}; layer++) {
  const from = values;
  values = from.map(() => neuron(from));
  console.log(layer, countDerivatives(neuron(values), inputs));
}
`;
