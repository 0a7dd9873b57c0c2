// A factor on the learning rate that falls where a metric no longer improves. Knows nothing of what the metric is.
import { ConfigError } from "../base/errors.ts";
import { checkOptionNames } from "../base/option-names.ts";
import { checkRange, checkWhole, FROM_0 } from "./options.ts";

/** Options of reduceOnPlateau; the names and what they are when left out are those of PyTorch's ReduceLROnPlateau. */
export interface PlateauOptions {
  /** Whether the least ("min", as for a loss) or the largest ("max", as for an accuracy) is the best. */
  readonly mode?: "min" | "max";
  /** What the learning rate is multiplied by; 0.1 unless given. */
  readonly factor?: number;
  /** How many times the metric may fail to improve before; 10 unless given. */
  readonly patience?: number;
  /** By how much a metric must be better to count as such; 1e-4 unless given. */
  readonly threshold?: number;
  /** Whether the threshold is a share of the best ("rel") or a difference ("abs"). */
  readonly thresholdMode?: "rel" | "abs";
  /** How many times after a fall nothing is counted; 0 unless given. */
  readonly cooldown?: number;
  /** The least that the factor may become; 0 unless given. */
  readonly least?: number;
}

/** Where a plateau watch stands: plain numbers that fit into JSON. */
export interface PlateauState {
  /** The factor on the learning rate. */
  readonly scale: number;
  /** The best metric seen, if any. */
  readonly best?: number;
  readonly bad: number;
  readonly cooling: number;
}

/** Sees a metric again and again and says what the learning rate is to be multiplied by. */
export interface Plateau {
  /** The factor after this value of the metric. */
  see(metric: number): number;
  readonly state: PlateauState;
  /** Goes on from a state. */
  restore(state: PlateauState): void;
}

const USUAL: Required<PlateauOptions> = {
  ...{ mode: "min", factor: 0.1, patience: 10, threshold: 1e-4 },
  ...{ thresholdMode: "rel", cooldown: 0, least: 0 },
};
// A fall by less is not made, as in PyTorch.
const NEGLIGIBLE = 1e-8;

function checkOptions(options: Required<PlateauOptions>): void {
  const { mode, thresholdMode, factor, patience, threshold, cooldown, least } = options;
  checkOptionNames("reduceOnPlateau", options, Object.keys(USUAL));
  const odd = [mode !== "min" && mode !== "max" && mode, !/^(rel|abs)$/.test(thresholdMode) && thresholdMode];
  const wrong = odd.find((value) => value !== false);
  if (wrong !== undefined) {
    throw new ConfigError(
      `reduceOnPlateau: "${wrong}" is no mode. Give mode "min" or "max", thresholdMode "rel" or "abs".`,
      { wrong },
    );
  }
  checkRange("reduceOnPlateau", "factor", factor, { least: 0, below: 1 });
  checkWhole("reduceOnPlateau", "patience", patience, 0);
  checkRange("reduceOnPlateau", "threshold", threshold, FROM_0);
  checkWhole("reduceOnPlateau", "cooldown", cooldown, 0);
  checkRange("reduceOnPlateau", "least", least, FROM_0);
}

/** A watch that lowers the learning rate where a metric no longer improves. ConfigError for wrong options. */
export function reduceOnPlateau(options: PlateauOptions = {}): Plateau {
  const complete = { ...USUAL, ...options };
  checkOptions(complete);
  const { mode, factor, patience, threshold, thresholdMode, cooldown, least } = complete;
  let state: PlateauState = { scale: 1, bad: 0, cooling: 0 };
  const isBetter = (metric: number): boolean => {
    const { best } = state;
    if (best === undefined) return !Number.isNaN(metric);
    const sign = mode === "min" ? -1 : 1;
    const bound = thresholdMode === "rel" ? best * (1 + sign * threshold) : best + sign * threshold;
    return mode === "min" ? metric < bound : metric > bound;
  };
  return {
    get state() {
      return state;
    },
    restore(saved) {
      state = { ...saved };
    },
    see(metric) {
      const isImproved = isBetter(metric);
      let { scale, bad, cooling } = state;
      bad = isImproved || cooling > 0 ? 0 : bad + 1;
      if (cooling > 0) cooling--;
      if (bad > patience) {
        const lower = Math.max(scale * factor, least);
        if (scale - lower > NEGLIGIBLE) scale = lower;
        [bad, cooling] = [0, cooldown];
      }
      const best = isImproved ? metric : state.best;
      state = { scale, bad, cooling, ...(best !== undefined && { best }) };
      return scale;
    },
  };
}
