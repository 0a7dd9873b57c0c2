// The filters as buttons: weights, and a bar as long as the answer.
import { usePreferences } from "../../app/preferences.tsx";
import { formatNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { HeatMap } from "../../widgets/heat-map.tsx";
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
  const strongest = Math.max(...tunings.flatMap(({ answers }) => answers)) || 1;
  return (
    <div class="cortex-filters">
      <p>{t.filters}</p>
      <div class="cortex-cards">
        {tunings.map(({ weights }, i) => {
          const answer = shown.answers[i]!;
          return (
            <button
              key={i}
              type="button"
              class="cortex-card"
              aria-pressed={chosen === i}
              onClick={() => onChoose(i)}
            >
              <HeatMap
                {...{ values: weights, width: FILTER_SIDE, height: FILTER_SIDE, size: 84, scale: "signed" }}
                label={t.weights}
              />
              <span class="cortex-track">
                <span
                  class="cortex-answer"
                  style={{ width: `${Math.min(100, (100 * answer) / strongest)}%` }}
                />
              </span>
              <span>
                <span class="for-readers">{`${t.filter(i + 1)}; ${t.answer}: `}</span>
                {formatNumber(answer, locale, 2)}
              </span>
            </button>
          );
        })}
      </div>
    </div>
  );
}
