// Learning rates that change during training. Plain functions of the step; knows nothing of tensors.
import { ConfigError } from "../base/errors.ts";
import { checkOptionNames } from "../base/option-names.ts";
import { checkRange, checkWhole, FROM_0 } from "./options.ts";

/** The learning rate, or a factor on one, of `step` = 0 … totalSteps − 1. */
export type Schedule = (step: number, totalSteps: number) => number;

/** A length of time: a number of steps, or below 1 a share of all steps. */
export type Span = number;

/** The number of steps of a span, at least 1. */
const stepsOf = (span: Span, totalSteps: number): number =>
  span < 1 ? Math.max(1, Math.round(span * totalSteps)) : span;

function checkSpan(name: string, option: string, span: Span): void {
  if (span > 0 && (span < 1 || Number.isSafeInteger(span))) return;
  throw new ConfigError(
    `${name}: ${option} ${span} must be a whole number of steps, or a share of all steps below 1. Give one such as 100.`,
    { [option]: span },
  );
}

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
export function scaled(rate: number, factor: Schedule): Schedule {
  checkRange("scaled", "rate", rate, FROM_0);
  return (step, totalSteps) => rate * factor(step, totalSteps);
}

/** A factor that is multiplied by `factor` every `every` steps: γ^⌊t/n⌋, PyTorch's StepLR. */
export function stepwise(options: { every: Span; factor?: number }): Schedule {
  checkOptionNames("stepwise", options, ["every", "factor"]);
  const { every, factor = 0.1 } = options;
  checkSpan("stepwise", "every", every);
  checkRange("stepwise", "factor", factor, FROM_0);
  return (step, totalSteps) => factor ** Math.floor(step / stepsOf(every, totalSteps));
}

/** A factor that is multiplied by `factor` at each of the steps `at`: PyTorch's MultiStepLR. */
export function multiStep(options: { at: readonly Span[]; factor?: number }): Schedule {
  checkOptionNames("multiStep", options, ["at", "factor"]);
  const { at, factor = 0.1 } = options;
  if (!Array.isArray(at)) {
    throw new ConfigError(
      `multiStep: at ${String(at)} must be a list of steps. Give one such as [100, 200].`,
    );
  }
  at.forEach((span, i) => {
    checkSpan("multiStep", `at[${i}]`, span);
  });
  checkRange("multiStep", "factor", factor, FROM_0);
  return (step, totalSteps) => factor ** at.filter((span) => step >= stepsOf(span, totalSteps)).length;
}

/** γᵗ: PyTorch's ExponentialLR. With `final` instead of γ, the factor at the last step. */
export function exponential(options: { factor: number } | { final: number }): Schedule {
  checkOptionNames("exponential", options, ["factor", "final"]);
  const [name, value] = "factor" in options ? ["factor", options.factor] : ["final", options.final];
  checkRange("exponential", name as string, value, { least: Number.MIN_VALUE });
  if ("factor" in options) return (step) => options.factor ** step;
  return (step, totalSteps) => options.final ** (step / Math.max(1, totalSteps - 1));
}

/** (1 − t/n)^power until step n = `over`, 0 from there on: PyTorch's PolynomialLR. All steps unless given. */
export function polynomial(options: { power?: number; over?: Span } = {}): Schedule {
  checkOptionNames("polynomial", options, ["power", "over"]);
  const { power = 1, over } = options;
  checkRange("polynomial", "power", power, FROM_0);
  if (over !== undefined) checkSpan("polynomial", "over", over);
  return (step, totalSteps) => {
    const steps = over === undefined ? totalSteps : stepsOf(over, totalSteps);
    return (1 - Math.min(steps, step) / steps) ** power;
  };
}

/** A straight line from `from` to `to` over the first `over` steps, `to` from there on: PyTorch's LinearLR. */
export function linearWarmup(options: { over: Span; from?: number; to?: number }): Schedule {
  checkOptionNames("linearWarmup", options, ["over", "from", "to"]);
  const { over, from = 1 / 3, to = 1 } = options;
  checkSpan("linearWarmup", "over", over);
  checkRange("linearWarmup", "from", from, FROM_0);
  checkRange("linearWarmup", "to", to, FROM_0);
  return (step, totalSteps) => {
    const steps = stepsOf(over, totalSteps);
    return from + ((to - from) * Math.min(steps, step)) / steps;
  };
}

/**
 * A factor that rises linearly to 1 over the share `warmup` of all steps, then falls as (1 + cos πt)/2 to `final`
 * at the end (Loshchilov & Hutter, "SGDR", 2017); without warm-up PyTorch's CosineAnnealingLR with T_max = steps − 1.
 */
export function cosine(options: { warmup?: number; final?: number } = {}): Schedule {
  checkOptionNames("cosine", options, ["warmup", "final"]);
  const { warmup = 0, final = 0 } = options;
  checkShare("cosine", "warmup", warmup);
  checkShare("cosine", "final", final);
  return (step, totalSteps) => {
    const rise = Math.round(warmup * totalSteps);
    if (step < rise) return (step + 1) / rise;
    return glide(1, final, (step - rise) / Math.max(1, totalSteps - 1 - rise));
  };
}

/**
 * Falls as (1 + cos πt)/2 towards `final` and begins again: after `period` steps, then after periods longer by `growth`
 * each (Loshchilov & Hutter, "SGDR", 2017): PyTorch's CosineAnnealingWarmRestarts.
 */
export function cosineRestarts(options: { period: Span; growth?: number; final?: number }): Schedule {
  checkOptionNames("cosineRestarts", options, ["period", "growth", "final"]);
  const { period, growth = 1, final = 0 } = options;
  checkSpan("cosineRestarts", "period", period);
  checkWhole("cosineRestarts", "growth", growth, 1);
  checkShare("cosineRestarts", "final", final);
  return (step, totalSteps) => {
    let [length, left] = [stepsOf(period, totalSteps), step];
    if (growth === 1) left %= length;
    while (left >= length) {
      left -= length;
      length *= growth;
    }
    return glide(1, final, left / length);
  };
}

/**
 * A factor that glides from 1/`startDivisor` up to 1 over the share `rise` of all steps, then down to
 * 1/(startDivisor·finalDivisor): PyTorch's OneCycleLR (Smith & Topin, "Super-Convergence", 2018).
 */
export function oneCycle(
  options: { rise?: number; startDivisor?: number; finalDivisor?: number } = {},
): Schedule {
  checkOptionNames("oneCycle", options, ["rise", "startDivisor", "finalDivisor"]);
  const { rise = 0.3, startDivisor = 25, finalDivisor = 1e4 } = options;
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

/** A schedule and how long it lasts; the last of a sequence lasts to the end. */
export interface Phase {
  readonly schedule: Schedule;
  readonly lasts?: Span;
}

/**
 * Schedules one after another, each counting its own steps from 0 and told its own length: PyTorch's SequentialLR.
 * ConfigError where there is none, or one before the last does not say how long it lasts.
 */
export function sequence(...phases: readonly Phase[]): Schedule {
  if (phases.length === 0) throw new ConfigError("sequence: there are no schedules. Give at least one.");
  phases.slice(0, -1).forEach(({ lasts }, i) => {
    checkSpan("sequence", `phases[${i}].lasts`, lasts ?? Number.NaN);
  });
  return (step, totalSteps) => {
    let begin = 0;
    for (const { schedule, lasts } of phases.slice(0, -1)) {
      const length = stepsOf(lasts!, totalSteps);
      if (step < begin + length) return schedule(step - begin, length);
      begin += length;
    }
    return phases.at(-1)!.schedule(step - begin, Math.max(1, totalSteps - begin));
  };
}

/** The product of schedules, all counting the same steps: PyTorch's ChainedScheduler. */
export const product =
  (...schedules: readonly Schedule[]): Schedule =>
  (step, totalSteps) =>
    schedules.reduce((value, schedule) => value * schedule(step, totalSteps), 1);
