// What the lab of the step computes: values, slopes and steps of a few functions of one number, on the engine.
// Runs in a worker and in Node alike.
import { type Compiled, compile, grad, type Tensor, tensor } from "nabla";

/** The functions one can descend: how the engine computes each, and where it is looked at. */
export const FUNCTIONS = {
  square: (w: Tensor) => w.square(),
  valley: (w: Tensor) => w.sub(1).square().mul(0.25).add(w.mul(3).sin().mul(0.5)),
  quartic: (w: Tensor) => w.square().square().sub(w.square().mul(4)).mul(0.125),
  absolute: (w: Tensor) => w.abs(),
} as const;
export type FunctionName = keyof typeof FUNCTIONS;
export const FUNCTION_NAMES = Object.keys(FUNCTIONS) as readonly FunctionName[];

/** One point of the descent: w^t, Q(w^t) and the slope there. */
export interface StepPoint {
  readonly w: number;
  readonly value: number;
  readonly slope: number;
}

/** Q and Q′ of each function, compiled when first asked for; the derivative of a sum over numbers is each number's own. */
const compiled = new Map<FunctionName, Compiled<[Tensor], { values: Tensor; slopes: Tensor }>>();

async function measure(
  name: FunctionName,
  w: readonly number[],
): Promise<{ values: number[]; slopes: number[] }> {
  let f = compiled.get(name);
  if (f === undefined) {
    const Q = FUNCTIONS[name];
    f = compile((x: Tensor) => ({ values: Q(x), slopes: grad((y: Tensor) => Q(y).sum())(x) }));
    compiled.set(name, f);
  }
  const { values, slopes } = await f(tensor(w));
  return { values: [...(await values.data())], slopes: [...(await slopes.data())] };
}

/** Up to `count` steps w ← w − η·Q′(w) from `w`; ends early where w leaves the numbers. */
export async function descend(
  name: FunctionName,
  w: number,
  eta: number,
  count: number,
): Promise<StepPoint[]> {
  const path: StepPoint[] = [];
  let at = Math.fround(w);
  for (let t = 0; t <= count && Number.isFinite(at); t++) {
    const { values, slopes } = await measure(name, [at]);
    path.push({ w: at, value: values[0]!, slope: slopes[0]! });
    at = Math.fround(at - eta * slopes[0]!);
  }
  return path;
}

/** Q at `count` places from min to max. */
export async function curve(name: FunctionName, min: number, max: number, count: number): Promise<number[]> {
  const places = Array.from({ length: count }, (_, i) => min + ((max - min) * i) / (count - 1));
  return (await measure(name, places)).values;
}
