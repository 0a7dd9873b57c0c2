// The program that the lab of stopping hands out. Runs as it stands with `nabla`.
import type { Criteria } from "./compute.ts";

export const codeOf = (
  seed: number,
  eta: number,
  { stepNorm, gradientNorm, patience }: Criteria,
  steps: number,
): string => `\
import { Generator, minimize, type Tensor, tensor } from "nabla";

const generator = new Generator(${seed});
async function points(count: number) {
  const x = [...(await generator.uniform([count], -1, 1).data())];
  const noise = await generator.normal([count], 0, 0.35).data();
  return { x, y: x.map((at, i) => Math.sin(Math.PI * at) + noise[i]!) };
}
function errorOn({ x, y }: { x: number[]; y: number[] }) {
  const features = tensor(
    x.flatMap((at) => Array.from({ length: 10 }, (_, k) => Math.cos((k * Math.PI * (at + 1)) / 2))),
    { shape: [x.length, 10] },
  );
  return (w: Tensor) =>
    features.matmul(w.reshape(10, 1)).reshape(x.length).sub(tensor(y)).square().mean();
}

const train = errorOn(await points(12));
const error = errorOn(await points(60));
const { steps, reason, value, best } = await minimize(train, tensor(new Array<number>(10).fill(0)), {
  eta: ${eta},
  until: {
    stepNorm: ${stepNorm},
    gradientNorm: ${gradientNorm},
    validation: { error, patience: ${patience} },
    maxSteps: ${steps},
  },
});
console.log({ steps, reason, value, best });
`;
