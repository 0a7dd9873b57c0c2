// Gradient descent on Q(w) = w² from w = 4 with five step sizes: npx tsx examples/descent.ts
import { DivergenceError, ReferenceDevice, setDevice, type Tensor, tensor } from "nabla";
import { minimize } from "nabla/descent";

// Computes in float64, so that 3.2 is printed as 3.2.
setDevice(new ReferenceDevice());
const Q = (w: Tensor) => w.square();

for (const eta of [0.1, 0.5, 0.9, 1, 1.1]) {
  const until = { stepNorm: 1e-6, maxSteps: 200 };
  try {
    const { path, reason, steps, note } = await minimize(Q, tensor(4), { eta, until });
    const first = path.slice(0, 5).map(({ w }) => Number((w as number).toPrecision(6)));
    console.log(`η = ${eta}: ${first.join(", ")} … ended by ${reason} after ${steps} steps. ${note ?? ""}`);
  } catch (error) {
    if (!(error instanceof DivergenceError)) throw error;
    console.log(`η = ${eta}: ${error.message}`);
  }
}

// The same step on batches: a line y = ax + b through four points, one point a step.
const points = [0, 1, 2, 3].map((x) => ({ x: tensor(x), y: tensor(2 * x + 1) }));
const line = await minimize(
  ({ a, b }: { a: Tensor; b: Tensor }, { x, y }: { x: Tensor; y: Tensor }) => a.mul(x).add(b).sub(y).square(),
  { a: tensor(0), b: tensor(0) },
  { eta: 0.05, batches: points, seed: 1, every: 100, until: { maxSteps: 400 } },
);
for (const { step, w, value } of line.path) {
  console.log(
    `step ${step}: a = ${(w.a as number).toFixed(4)}, b = ${(w.b as number).toFixed(4)}, Q = ${value.toExponential(1)}`,
  );
}
