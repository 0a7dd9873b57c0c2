// The filters as buttons: weights, and a bar as long as the answer.
import { usePreferences } from "../../app/preferences.tsx";
import { formatNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { HeatMap } from "../../widgets/heat-map.tsx";
import { texNumber } from "../../widgets/tex.tsx";
import { useFormula } from "../../widgets/value.tsx";
import type { Shown, Tuning } from "./compute.ts";
import { FILTER_SIDE } from "./geometry.ts";
import { text } from "./text.ts";

interface FilterCardsProps {
  readonly tunings: readonly Tuning[];
  readonly shown: Shown;
  readonly chosen: number;
  readonly onChoose: (filter: number) => void;
}

export function FilterCards({ tunings, shown, chosen, onChoose }: FilterCardsProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  const format = (value: number): string => texNumber(formatNumber(value, locale, 3));
  const strongest = Math.max(...tunings.flatMap(({ answers }) => answers)) || 1;
  return (
    <div class="cortex-filters">
      <p>{t.filters}</p>
      <div class="cortex-cards">
        {tunings.map(({ weights }, i) => (
          <Card
            key={i}
            {...{ number: i + 1, weights, isChosen: chosen === i, tex: answerTex(shown, i, format) }}
            answer={shown.answers[i]!}
            share={Math.min(1, shown.answers[i]! / strongest)}
            onChoose={() => onChoose(i)}
          />
        ))}
      </div>
    </div>
  );
}

/** How a filter's answer to the bar comes about, with its numbers. */
export function answerTex(
  { angle, peaks, rests, answers }: Shown,
  i: number,
  tex: (value: number) => string,
): string {
  const greatest = (of: string): string => `\\max_{i,j}\\operatorname{relu}(w \\star ${of} + b)_{ij}`;
  return `R(${angle}^\\circ) = ${greatest(`x_{${angle}^\\circ}`)} - ${greatest("0")} = ${tex(peaks[i]!)} - ${tex(rests[i]!)} = ${tex(answers[i]!)}`;
}

interface CardProps {
  readonly number: number;
  readonly weights: readonly number[];
  readonly answer: number;
  /** The answer as a share of the strongest. */
  readonly share: number;
  readonly tex: string;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

function Card({ number, weights, answer, share, tex, isChosen, onChoose }: CardProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  const tell = useFormula(tex);
  return (
    <button
      type="button"
      class="cortex-card"
      aria-pressed={isChosen}
      onClick={() => {
        tell();
        onChoose();
      }}
      onFocus={tell}
      onMouseEnter={tell}
    >
      <HeatMap
        {...{ values: weights, width: FILTER_SIDE, height: FILTER_SIDE, size: 84, scale: "signed" }}
        label={t.weights}
      />
      <span class="cortex-track">
        <span class="cortex-answer" style={{ width: `${100 * share}%` }} />
      </span>
      <span>
        <span class="for-readers">{`${t.filter(number)}; ${t.answer}: `}</span>
        {formatNumber(answer, locale, 2)}
      </span>
    </button>
  );
}
