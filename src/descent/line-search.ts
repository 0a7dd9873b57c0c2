// A step length along a direction by the strong Wolfe conditions. Plain numbers; knows nothing of tensors.

/** Value and slope along the direction at some step length, and what the caller wants to keep of the point. */
export interface Probe<P> {
  readonly step: number;
  readonly value: number;
  readonly slope: number;
  readonly point: P;
}

// Enough of a fall, and a slope far enough from the first: the usual values for quasi-Newton steps.
const FALL = 1e-4;
const FLATTENING = 0.9;
const MOST_PROBES = 25;
const MOST_GROWTH = 10;

/** Where the cubic through two values with two slopes is least, within the inner 80 % between them; else the middle. */
function least<P>(a: Probe<P>, b: Probe<P>): number {
  const span = b.step - a.step;
  const d1 = a.slope + b.slope - (3 * (a.value - b.value)) / (a.step - b.step);
  const square = d1 * d1 - a.slope * b.slope;
  const d2 = Math.sign(span) * Math.sqrt(square);
  const at = b.step - (span * (b.slope + d2 - d1)) / (b.slope - a.slope + 2 * d2);
  const share = (at - a.step) / span;
  if (!Number.isFinite(at)) return a.step + span / 2;
  return a.step + span * Math.min(0.9, Math.max(0.1, share));
}

/**
 * A step t with φ(t) ≤ φ(0) + 10⁻⁴tφ′(0) and |φ′(t)| ≤ 0.9|φ′(0)| (Nocedal & Wright, "Numerical Optimization", 2006,
 * algorithms 3.5 and 3.6), begun at `first`; the lowest point seen that fell where no such step is found in 25 tries,
 * undefined where none fell.
 */
export async function findStep<P>(
  probe: (step: number) => Promise<Probe<P>>,
  origin: Probe<P>,
  first: number,
): Promise<Probe<P> | undefined> {
  const isHigh = (at: Probe<P>): boolean => !(at.value <= origin.value + FALL * at.step * origin.slope);
  const isFlat = (at: Probe<P>): boolean => Math.abs(at.slope) <= -FLATTENING * origin.slope;
  let [low, high]: [Probe<P>, Probe<P> | undefined] = [origin, undefined];
  let step = first;
  for (let tries = 0; tries < MOST_PROBES; tries++) {
    const at = await probe(step);
    if (isHigh(at) || at.value >= low.value) high = at;
    else {
      if (isFlat(at)) return at;
      // The slope says on which side of the new lowest point the way down lies.
      const side = high === undefined ? 1 : high.step - low.step;
      if (at.slope * side >= 0) high = low;
      low = at;
    }
    if (high === undefined) step *= tries === 0 ? 2 : MOST_GROWTH / 2;
    else step = least(low, high);
    if (high !== undefined && Math.abs(high.step - low.step) < 1e-12 * Math.max(1, step)) break;
  }
  return low === origin ? undefined : low;
}
