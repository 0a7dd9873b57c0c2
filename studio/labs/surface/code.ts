// The program that the lab of the surface hands out. Runs as it stands with `nabla`.
import type { Rates, SurfaceName } from "./surfaces.ts";

const FORMULAS: Readonly<Record<SurfaceName, string>> = {
  valley: "x.square().mul(0.01).add(y.square())",
  banana: "x.sub(1).square().add(y.sub(x.square()).square().mul(10))",
  hills: "x.square().add(y).sub(11).square().add(x.add(y.square()).sub(7).square()).mul(0.01)",
  saddle: "x.square().sub(y.square()).add(y.square().square().mul(0.125)).mul(0.5)",
};

export const codeOf = (surface: SurfaceName, x: number, y: number, rates: Rates, steps: number): string => `\
import { compile, full, gradients, optim, stack, type Tensor, tensor } from "nabla";

const Q = (x: Tensor, y: Tensor) => ${FORMULAS[surface]};
const racers = {
  gradient: optim.sgd({ lr: ${rates.eta} }),
  momentum: optim.sgd({ lr: ${rates.eta}, momentum: ${rates.momentum} }),
  rmsprop: optim.rmsprop({ lr: ${rates.rate}, alpha: 0.9 }),
  adam: optim.adam({ lr: ${rates.rate} }),
};

for (const [name, optimizer] of Object.entries(racers)) {
  const w = { x: tensor(${x}), y: tensor(${y}) };
  optimizer.init(w);
  const step = compile(() => {
    const value = Q(w.x, w.y);
    const before = stack([w.x, w.y, value]);
    optimizer.update(w, gradients(value, w), full([], optimizer.learningRate as number));
    return before;
  });
  for (let t = 0; t < ${steps}; t++) await step();
  console.log(name, [...(await (await step()).data())]);
}
`;
