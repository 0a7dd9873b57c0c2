// One place of the filter on the picture: the numbers under it, and how they make the number of the map.
import { usePreferences } from "../../app/preferences.tsx";
import { formatNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { NumberGrid } from "../../widgets/number-grid.tsx";
import { texNumber } from "../../widgets/tex.tsx";
import { Value } from "../../widgets/value.tsx";
import type { Filter, Filtered, Picture } from "./compute.ts";
import { Weights } from "./filter-choice.tsx";
import { text } from "./text.ts";

interface PlaceProps {
  readonly picture: Picture;
  readonly map: Filtered;
  readonly filter: Filter;
  /** b as the reader has typed it, and whether it is added for every weight. */
  readonly b: number;
  readonly isInside: boolean;
  readonly x: number;
  readonly y: number;
  /** The filter as it is typed; the engine's answer may still be of the one before. */
  readonly w: readonly number[];
  readonly onWeight: (index: number, value: number) => void;
}

export function Place({ picture, map, filter, b, isInside, x, y, w, onWeight }: PlaceProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  const tex = (value: number, isFactor = false): string =>
    texNumber(formatNumber(value, locale), { isFactor });
  const patch = filter.values.map((_, i) => {
    const [row, column] = [Math.floor(i / filter.side), i % filter.side];
    return picture.values[(y + row) * picture.width + x + column]!;
  });
  const value = map.values[y * map.width + x]!;
  const products = filter.values
    .flatMap((w, i) => (w === 0 ? [] : [`${tex(w, true)}\\cdot ${tex(patch[i]!)}`]))
    .join(" + ");
  const bias = isInside ? `${filter.values.length}\\cdot ${tex(b, true)}` : tex(b, true);
  const sum = isInside ? "\\sum_{i,j} (w_{ij}x_{ij} + b)" : "\\sum_{i,j} w_{ij}x_{ij} + b";
  return (
    <div class="filters-place">
      <NumberGrid
        values={patch}
        columns={filter.side}
        cell={3}
        label={`${t.under}: ${patch.map((light) => formatNumber(light, locale, 3)).join(" ")}`}
        caption={t.under}
      />
      <Weights w={w} onWeight={onWeight} />
      <p data-testid="here">
        {`${t.here}: `}
        <Value
          name="here"
          value={value}
          label={t.answer}
          tex={`${sum} = ${products || "0"} + ${bias} = ${tex(value)}`}
          isSigned
        />
      </p>
    </div>
  );
}
