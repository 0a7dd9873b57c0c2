// How the numbers of each parameter are spread, and their gradients: a small histogram each.
import type { Histogram } from "nabla/train";
import { usePreferences } from "../../app/preferences.tsx";
import { formatNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { text } from "../text.ts";
import type { Judgement } from "./look.ts";

const [WIDTH, HEIGHT] = [160, 44];

/** The bars on one side of zero as one path: hundreds of shapes of their own would take a page long to make. */
function barsOf({ counts, min, max }: Histogram, isNegative: boolean): string {
  const most = Math.max(1, ...counts);
  const bar = WIDTH / counts.length;
  return counts
    .map((count, i) => {
      const middle = min + ((i + 0.5) * (max - min)) / counts.length;
      const top = HEIGHT * (1 - count / most);
      return middle < 0 === isNegative && count > 0
        ? `M${i * bar} ${HEIGHT}V${top}h${0.9 * bar}V${HEIGHT}Z`
        : "";
    })
    .join("");
}

function Bars({ histogram, label }: { readonly histogram: Histogram; readonly label: string }) {
  const { locale } = usePreferences();
  const { min, max } = histogram;
  const format = (value: number): string => formatNumber(value, locale, 2);
  return (
    <figure class="figure">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} class="room-bars" role="img" aria-label={label}>
        <path d={barsOf(histogram, true)} fill="var(--negative)" />
        <path d={barsOf(histogram, false)} fill="var(--positive)" />
        <line x1="0" x2={WIDTH} y1={HEIGHT} y2={HEIGHT} class="plot-axis" />
      </svg>
      <figcaption>{`${format(min)} … ${format(max)}`}</figcaption>
    </figure>
  );
}

export function Spread({ spread }: { readonly spread: Judgement["spread"] }) {
  const t = useText(text);
  const { locale } = usePreferences();
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={t.spread}>
      <table data-testid="spread">
        <thead>
          <tr>
            <th scope="col">{t.parameter}</th>
            <th scope="col">{t.weights}</th>
            <th scope="col">{t.deviation}</th>
            <th scope="col">{t.gradients}</th>
            <th scope="col">{t.deviation}</th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(spread.weights).map(([name, weights]) => {
            const gradients = spread.gradients[name];
            return (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>
                  <Bars histogram={weights} label={`${t.weights}: ${name}`} />
                </td>
                <td data-value={weights.deviation}>{formatNumber(weights.deviation, locale, 3)}</td>
                <td>{gradients && <Bars histogram={gradients} label={`${t.gradients}: ${name}`} />}</td>
                <td data-value={gradients?.deviation}>
                  {gradients && formatNumber(gradients.deviation, locale, 3)}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
