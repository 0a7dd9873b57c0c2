// What the lab of stopping computes: a curve fitted to noisy points by gradient descent, its three measures at every
// step, and which criterion ends it. Runs in a worker and in Node alike.
import { Generator, minimize, type Tensor, tensor } from "nabla";

const FEATURES = 10;
const TRAIN = 12;
const VALIDATION = 60;
const NOISE = 0.35;

interface Points {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** φₖ(x) = cos(kπ(x + 1)/2), k = 0 … 9, at each x: [n, 10]. */
const featuresOf = (x: readonly number[]): Tensor =>
  tensor(
    x.flatMap((at) => Array.from({ length: FEATURES }, (_, k) => Math.cos((k * Math.PI * (at + 1)) / 2))),
    { shape: [x.length, FEATURES] },
  );

/** Points of sin πx with noise; x between −1 and 1. */
async function drawPoints(seed: number): Promise<{ train: Points; validation: Points }> {
  const generator = new Generator(seed);
  const draw = async (count: number): Promise<Points> => {
    const x = [...(await generator.uniform([count], -1, 1).data())];
    const noise = await generator.normal([count], 0, NOISE).data();
    return { x, y: x.map((at, i) => Math.sin(Math.PI * at) + noise[i]!) };
  };
  return { train: await draw(TRAIN), validation: await draw(VALIDATION) };
}

/** Q(w) = mean (Φw − y)² over these points. */
function errorOn({ x, y }: Points): (w: Tensor) => Tensor {
  const [features, target] = [featuresOf(x), tensor([...y])];
  return (w) => features.matmul(w.reshape(FEATURES, 1)).reshape(x.length).sub(target).square().mean();
}

/** What is measured at each step t = 0, 1, …. */
export interface Trace {
  readonly points: { readonly train: Points; readonly validation: Points };
  readonly train: readonly number[];
  readonly validation: readonly number[];
  readonly stepNorm: readonly number[];
  readonly gradientNorm: readonly number[];
  /** w^t, one after another. */
  readonly weights: readonly (readonly number[])[];
}

/** Descends `steps` steps from w = 0 with step size η and measures everything; nothing stops it. */
export async function follow(seed: number, eta: number, steps: number): Promise<Trace> {
  const points = await drawPoints(seed);
  const [Q, error] = [errorOn(points.train), errorOn(points.validation)];
  const validation: number[] = [];
  const { path } = await minimize(Q, tensor(new Array<number>(FEATURES).fill(0)), {
    eta,
    until: {
      maxSteps: steps,
      validation: {
        // Only listens: no patience is as long as the descent.
        patience: steps + 1,
        error: async (w) => {
          const value = await error(w).item();
          validation.push(value);
          return value;
        },
      },
    },
  });
  return {
    points,
    train: path.map(({ value }) => value),
    validation,
    stepNorm: path.map(({ stepNorm }) => stepNorm),
    gradientNorm: path.map(({ gradientNorm }) => gradientNorm),
    weights: path.map(({ w }) => w as number[]),
  };
}

/** The three criteria, each with its ε or patience. */
export interface Criteria {
  readonly stepNorm: number;
  readonly gradientNorm: number;
  readonly patience: number;
}

/** The step at which each criterion alone ends the descent; undefined where it does not within `steps`. */
export async function endings(
  seed: number,
  eta: number,
  { stepNorm, gradientNorm, patience }: Criteria,
  steps: number,
): Promise<Record<keyof Criteria, number | undefined>> {
  const { train, validation } = await drawPoints(seed);
  const [Q, error] = [errorOn(train), errorOn(validation)];
  const end = async (until: object): Promise<number | undefined> => {
    const w0 = tensor(new Array<number>(FEATURES).fill(0));
    const descent = await minimize(Q, w0, { eta, every: steps, until: { ...until, maxSteps: steps } });
    return descent.reason === "max-steps" ? undefined : descent.steps;
  };
  return {
    stepNorm: await end({ stepNorm }),
    gradientNorm: await end({ gradientNorm }),
    patience: await end({ validation: { error, patience } }),
  };
}

/** The fitted curve of these weights at `count` places from −1 to 1. */
export async function curve(weights: readonly number[], count: number): Promise<number[]> {
  const x = Array.from({ length: count }, (_, i) => -1 + (2 * i) / (count - 1));
  return [
    ...(await featuresOf(x)
      .matmul(tensor([...weights], { shape: [FEATURES, 1] }))
      .data()),
  ];
}
