// What a net answers: one bar a class, its probability written beside it; the answer has a mark of its own.

import { usePreferences } from "../app/preferences.tsx";
import { formatNumber, formatPercent } from "../text/locale.ts";
import { texNumber } from "./tex.tsx";
import { Value } from "./value.tsx";

/** z = a net's last sums, p = softmax(z). */
export interface Answer {
  readonly logits: readonly number[];
  readonly probabilities: readonly number[];
}

interface ProbabilityBarsProps {
  readonly classes: readonly string[];
  /** In the order of the classes, with the numbers z that they come from; undefined where there is no input. */
  readonly answer: Answer | undefined;
  /** What the bars show. */
  readonly label: string;
  /** The right class, where it is known: the answer is marked as right or wrong. */
  readonly right?: number | undefined;
}

export function ProbabilityBars({ classes, answer: given, label, right }: ProbabilityBarsProps) {
  const { locale } = usePreferences();
  const { logits = [], probabilities } = given ?? {};
  const number = (value: number): string => texNumber(formatNumber(value, locale));
  const all = logits.map((z) => `e^{${number(z)}}`).join(" + ");
  /** p_k as softmax with the numbers put in. */
  const tex = (k: number): string =>
    `p_{${k}} = \\frac{e^{z_{${k}}}}{\\sum_j e^{z_j}} = \\frac{e^{${number(logits[k]!)}}}{${all}} = ${number(probabilities![k]!)}`;
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
