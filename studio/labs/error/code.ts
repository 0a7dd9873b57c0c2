// The program that the lab of the error hands out. Runs as it stands with `nabla`.
import type { Example, LossName, OutputName } from "./losses.ts";

const LOSS: Readonly<Record<LossName, string>> = {
  squared: "nn.mse(f(z), y)",
  absolute: "nn.l1(f(z), y)",
  huber: "nn.huber(f(z), y)",
  crossEntropy: "nn.bceWithLogits(z, y)",
};

export const codeOf = (loss: LossName, output: OutputName, examples: readonly Example[]): string => `\
import { grad, nn, type Tensor, tensor } from "nabla";

const f = (z: Tensor) => ${output === "identity" ? "z.mul(1)" : "z.sigmoid()"};
const L = (z: Tensor, y: Tensor) => ${LOSS[loss]};

for (const { y, x, w } of ${JSON.stringify(examples)}) {
  const whole = (v: Tensor) => L(v.mul(x), tensor(y));
  const weight = tensor(w);
  console.log({
    a: await f(weight.mul(x)).item(),
    L: await whole(weight).item(),
    "∂L/∂w": await grad(whole)(weight).item(),
  });
}
`;
