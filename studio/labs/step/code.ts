// The program that the lab of the step hands out. Runs as it stands with `nabla`.
import type { FunctionName } from "./compute.ts";

const FORMULAS: Readonly<Record<FunctionName, string>> = {
  square: "w.square()",
  valley: "w.sub(1).square().mul(0.25).add(w.mul(3).sin().mul(0.5))",
  quartic: "w.square().square().sub(w.square().mul(4)).mul(0.125)",
  absolute: "w.abs()",
};

export const codeOf = (name: FunctionName, w: number, eta: number, steps: number): string => `\
import { grad, type Tensor, tensor } from "nabla";

const Q = (w: Tensor) => ${FORMULAS[name]};

let w = tensor(${w});
for (let t = 0; t <= ${steps}; t++) {
  const slope = grad(Q)(w);
  console.log(t, await w.item(), await Q(w).item(), await slope.item());
  w = tensor(await w.sub(slope.mul(${eta})).item());
}
`;
