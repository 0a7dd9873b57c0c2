// Learning rates that change during training. Plain functions of the step; knows nothing of tensors.
import { ConfigError } from "../base/errors.ts";

/** The learning rate, or a factor on one, of `step` = 0 … totalSteps − 1. */
export type Schedule = (step: number, totalSteps: number) => number;

function checkShare(name: string, option: string, value: number): void {
  if (value >= 0 && value <= 1) return;
  throw new ConfigError(
    `${name}: ${option} ${value} must be from 0 to 1. Give a share of all steps, as in 0.1.`,
    {
      [option]: value,
    },
  );
}

/** Half a period of a cosine from `from` to `to` as t goes from 0 to 1. */
const glide = (from: number, to: number, t: number): number =>
  to + ((from - to) * (1 + Math.cos(Math.PI * Math.min(1, Math.max(0, t))))) / 2;

/** The same value at every step. */
export const constant =
  (value = 1): Schedule =>
  () =>
    value;

/** A schedule times a number: `scaled(1e-3, cosine({ warmup: 0.05 }))` is a learning rate that peaks at 0.001. */
export const scaled =
  (rate: number, factor: Schedule): Schedule =>
  (step, totalSteps) =>
    rate * factor(step, totalSteps);

/**
 * A factor that rises linearly to 1 over the share `warmup` of all steps, then falls as (1 + cos πt)/2 to `final`
 * at the end (Loshchilov & Hutter, "SGDR", 2017).
 */
export function cosine({ warmup = 0, final = 0 }: { warmup?: number; final?: number } = {}): Schedule {
  checkShare("cosine", "warmup", warmup);
  checkShare("cosine", "final", final);
  return (step, totalSteps) => {
    const rise = Math.round(warmup * totalSteps);
    if (step < rise) return (step + 1) / rise;
    return glide(1, final, (step - rise) / Math.max(1, totalSteps - 1 - rise));
  };
}

/**
 * A factor that glides from 1/`startDivisor` up to 1 over the share `rise` of all steps, then down to
 * 1/(startDivisor·finalDivisor): PyTorch's OneCycleLR (Smith & Topin, "Super-Convergence", 2018).
 */
export function oneCycle({
  rise = 0.3,
  startDivisor = 25,
  finalDivisor = 1e4,
}: {
  rise?: number;
  startDivisor?: number;
  finalDivisor?: number;
} = {}): Schedule {
  checkShare("oneCycle", "rise", rise);
  const odd = [startDivisor, finalDivisor].find((divisor) => !(divisor >= 1));
  if (odd !== undefined) {
    throw new ConfigError(`oneCycle: a divisor must be at least 1, it is ${odd}. Give one such as 25.`, {
      odd,
    });
  }
  const start = 1 / startDivisor;
  return (step, totalSteps) => {
    const peak = rise * totalSteps - 1;
    const last = totalSteps - 1;
    if (step < peak) return glide(start, 1, step / peak);
    return glide(1, start / finalDivisor, last > peak ? (step - peak) / (last - peak) : 0);
  };
}
