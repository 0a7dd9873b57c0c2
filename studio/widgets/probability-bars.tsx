// What a net answers: one bar a class, its probability written beside it; the answer has a mark of its own.

import { usePreferences } from "../app/preferences.tsx";
import { formatPercent } from "../text/locale.ts";
import { Value } from "./value.tsx";

interface ProbabilityBarsProps {
  readonly classes: readonly string[];
  /** In the order of the classes; undefined where there is no input. */
  readonly probabilities: readonly number[] | undefined;
  /** What the probability of class k is and where it comes from, as LaTeX. */
  readonly tex: (k: number) => string;
  /** What the bars show. */
  readonly label: string;
  /** The right class, where it is known: the answer is marked as right or wrong. */
  readonly right?: number | undefined;
}

export function ProbabilityBars({ classes, probabilities, tex, label, right }: ProbabilityBarsProps) {
  const { locale } = usePreferences();
  const answer = probabilities?.indexOf(Math.max(...probabilities));
  const mark = right === undefined ? "◀" : right === answer ? "✓" : "✗";
  return (
    <ul class="probability-bars" aria-label={label}>
      {classes.map((name, k) => {
        const probability = probabilities?.[k];
        return (
          <li key={name} class={k === answer ? "answer" : ""} data-probability={probability}>
            <span>{name}</span>
            <span class="bar">
              <span style={{ width: `${100 * (probability ?? 0)}%` }} />
            </span>
            {probability === undefined ? (
              <span>—</span>
            ) : (
              <Value
                value={probability}
                tex={tex(k)}
                label={`p(${name})`}
                text={formatPercent(probability, locale)}
              />
            )}
            <span aria-hidden="true">{k === answer ? mark : ""}</span>
          </li>
        );
      })}
    </ul>
  );
}
