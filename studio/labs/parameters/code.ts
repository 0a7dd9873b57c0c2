// The program that the lab of parameters hands out. Runs as it stands with `nabla`.
export const codeOf = (sizes: readonly number[]): string => {
  const layers = sizes.slice(1).map((size) => `nn.linear(${size})`);
  return `\
import { nn, summary } from "nabla";

const net = nn.sequential(${layers.join(", nn.relu(), ")});
console.log(summary(net, [${sizes[0]}]));
`;
};
