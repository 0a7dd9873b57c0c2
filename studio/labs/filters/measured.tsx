// What the filter answers to edges of either direction and to none, as the engine has measured it.
import { usePreferences } from "../../app/preferences.tsx";
import { formatNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { texNumber } from "../../widgets/tex.tsx";
import { Value } from "../../widgets/value.tsx";
import type { Answers, Filter } from "./compute.ts";
import { text } from "./text.ts";

export const KINDS = ["vertical", "horizontal", "flat"] as const;

/** The lines of a sign for each kind: an upright edge, a level edge, none. */
const SIGNS = { vertical: "M12 0h12v24h-12z", horizontal: "M0 12h24v12h-24z", flat: "M0 0h24v24h-24z" };

interface MeasuredProps {
  readonly answers: Answers;
  readonly filter: Filter;
}

/**
 * What the filter's cells on the light side add up to where the edge, from 0 to 255, runs before its second, third, …
 * column (or row); on a flat wall all of them.
 */
function lightSums(kind: keyof Answers, { side, values }: Filter): number[] {
  const sumFrom = (first: number): number =>
    values.reduce(
      (sum, w, i) => sum + ((kind === "vertical" ? i % side : Math.floor(i / side)) >= first ? w : 0),
      0,
    );
  return kind === "flat" ? [sumFrom(0)] : Array.from({ length: side - 1 }, (_, i) => sumFrom(i + 1));
}

export function Measured({ answers, filter }: MeasuredProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  const tex = (value: number): string => texNumber(formatNumber(value, locale), { isFactor: true });
  /** The mean of |Σ w·x| over the places that touch the edge, x being 0 or 255. */
  const formula = (kind: keyof Answers): string => {
    const sums = lightSums(kind, filter).map((sum) => `|255\\cdot ${tex(sum)}|`);
    const mean = sums.length === 1 ? sums[0]! : `\\tfrac{1}{${sums.length}}\\bigl(${sums.join(" + ")}\\bigr)`;
    return `\\overline{\\bigl|\\textstyle\\sum_{i,j} w_{ij}x_{ij}\\bigr|} = ${mean} = ${tex(answers[kind])}`;
  };
  const largest = Math.max(...KINDS.map((kind) => answers[kind])) || 1;
  return (
    <div class="filters-measured">
      <h3>{t.measured}</h3>
      {KINDS.map((kind) => (
        <div key={kind} class="filters-answer">
          <svg width={24} height={24} viewBox="0 0 24 24" aria-hidden="true">
            <rect width={24} height={24} fill="#000" />
            <path d={SIGNS[kind]} fill="#fff" />
          </svg>
          <span>{t.kinds[kind]}</span>
          <Value name={kind} value={answers[kind]} label={t.kinds[kind]} tex={formula(kind)} />
          <span class="filters-bar" style={{ width: `${(100 * answers[kind]) / largest}%` }} />
        </div>
      ))}
    </div>
  );
}
