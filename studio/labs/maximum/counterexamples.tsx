// What the search over all places has found: a counterexample inside the image and one at its border, or none.
import { usePreferences } from "../../app/preferences.tsx";
import { formatNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { texNumber } from "../../widgets/tex.tsx";
import { Value } from "../../widgets/value.tsx";
import type { Corner, Search } from "./compute.ts";
import { text } from "./text.ts";

interface CounterexamplesProps {
  readonly search: Search;
  /** Places wholly inside the image. */
  readonly count: number;
  readonly onShow: (corner: Corner) => void;
}

export function Counterexamples({ search, count, onShow }: CounterexamplesProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  const format = (value: number): string => formatNumber(value, locale);
  const best = format(search.best);
  return (
    <ul class="maximum-found" data-testid="counterexamples">
      {(["inside", "cutOff"] as const).map((kind) => {
        const peak = search.counterexample[kind];
        const none = kind === "inside" ? t.insideNone(format(count), best) : t.cutOffNone;
        return (
          <li key={kind}>
            {peak ? (
              <>
                {`${t[kind](format(peak.y + 1), format(peak.x + 1))} `}
                <Value
                  {...{ name: kind, value: peak.max, label: t.now }}
                  tex={`\\max_{i,j} \\sum_{k,l} w_{kl}\\,x_{si-p+k,\\;sj-p+l} = ${texNumber(format(peak.max))} < ${texNumber(best)}`}
                />
                {`, ${t.not(best)} `}
              </>
            ) : (
              `${none} `
            )}
            {peak && (
              <button type="button" onClick={() => onShow({ x: peak.x, y: peak.y })}>
                {t.show}
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
