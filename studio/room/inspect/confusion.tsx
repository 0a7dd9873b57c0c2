// What is taken for what: a row for each class, the share of its images as a shade, the count as a number.

import { usePreferences } from "../../app/preferences.tsx";
import { formatNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { ColumnHeads } from "../../widgets/column-heads.tsx";
import { text } from "../text.ts";

interface ConfusionProps {
  /** confusion[actual][predicted]. */
  readonly confusion: readonly (readonly number[])[];
  readonly classes: readonly string[];
}

/** The strongest shade, in per cent, that text can still be read on. */
const STRONGEST = 40;
const MOST_CLASSES = 30;

export function Confusion({ confusion, classes }: ConfusionProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  if (classes.length > MOST_CLASSES) return null;
  const shade = (row: readonly number[], column: number, isRight: boolean): string => {
    const all = row.reduce((sum, count) => sum + count, 0);
    const share = all === 0 ? 0 : row[column]! / all;
    const strength = Math.round(STRONGEST * Math.sqrt(share));
    return `color-mix(in srgb, var(${isRight ? "--positive" : "--negative"}) ${strength}%, var(--raised))`;
  };
  return (
    <div class="room-matrix" tabIndex={0} role="region" aria-label={t.confusion}>
      <table class="matrix" data-testid="confusion">
        <caption class="for-readers">{t.confusionAxes}</caption>
        <thead>
          <tr>
            <th scope="col">{t.actualPredicted}</th>
            <ColumnHeads columns={classes} />
          </tr>
        </thead>
        <tbody>
          {confusion.map((row, actual) => (
            <tr key={classes[actual]}>
              <th scope="row">{classes[actual]}</th>
              {row.map((count, predicted) => (
                <td
                  key={classes[predicted]}
                  data-value={count}
                  style={{ background: shade(row, predicted, actual === predicted) }}
                >
                  {count === 0 ? "" : formatNumber(count, locale)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
