// The pictures of the lab: the image with its pattern to drag, the map with its peak, and the maximum for every place.
import { usePreferences } from "../../app/preferences.tsx";
import { formatNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { CellMover } from "../../widgets/cell-mover.tsx";
import { HeatMap } from "../../widgets/heat-map.tsx";
import type { Corner, Placed, Search } from "./compute.ts";
import { SIZES } from "./geometry.ts";
import { text } from "./text.ts";

interface StageProps {
  readonly placed: Placed;
  readonly search: Search;
  readonly at: Corner;
  readonly onMove: (corner: Corner) => void;
}

/** Width of each picture in CSS pixels. */
const SHOWN = 290;

export function Stage({ placed, search, at, onMove }: StageProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  const { peak } = placed;
  const { side, pattern, first, last } = SIZES;
  const across = last - first + 1;
  const where = t.place(at.y + 1, at.x + 1);
  return (
    <div class="maximum-pictures">
      <HeatMap
        {...{ values: placed.image, width: side, height: side, size: SHOWN }}
        {...{ scale: "ink", min: 0, max: 1 }}
        label={`${t.image}: ${where}`}
        caption={t.image}
      >
        <CellMover
          {...{ columns: side, rows: side, at, width: pattern, height: pattern, onMove }}
          from={{ x: first, y: first }}
          to={{ x: last, y: last }}
          label={t.mover}
          text={where}
        />
      </HeatMap>
      <HeatMap
        {...{ values: placed.map, width: placed.side, height: placed.side, size: SHOWN }}
        {...{ scale: "magnitude", min: 0, max: search.best }}
        label={t.mapLabel(formatNumber(peak.max, locale), peak.row + 1, peak.column + 1)}
        caption={t.map}
        frame={{ x: peak.column, y: peak.row, width: 1, height: 1 }}
      />
      <HeatMap
        values={search.peaks.map(({ max }) => max)}
        {...{ width: across, height: across, size: SHOWN }}
        {...{ scale: "magnitude", min: 0, max: search.best }}
        label={t.maximaLabel(formatNumber(search.best, locale))}
        caption={t.maxima}
      >
        <CellMover
          {...{ columns: across, rows: across, width: 1, height: 1 }}
          at={{ x: at.x - first, y: at.y - first }}
          label={t.pick}
          text={where}
          onMove={({ x, y }) => onMove({ x: x + first, y: y + first })}
        />
      </HeatMap>
    </div>
  );
}
