// The map of starts of the surface with four minima: which of them plain descent finds from where.
import { usePreferences } from "../../app/preferences.tsx";
import { engineOf } from "../../engine/client.ts";
import { useComputed } from "../../engine/use-computed.ts";
import { formatNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { HeatMap } from "../../widgets/heat-map.tsx";
import type * as Compute from "./compute.ts";
import { SURFACES } from "./surfaces.ts";
import { text } from "./text.ts";

const engine = engineOf<typeof Compute>("surface");

const BASINS = 61;

/** The map of starts, each in the colour of the minimum that plain descent finds from it. */
export function Basins({ eta }: { eta: number }) {
  const t = useText(text);
  const { locale } = usePreferences();
  const found = useComputed(() => engine.basins("hills", Math.min(eta, 0.2), BASINS, BASINS, 500), [eta]);
  if (found.value === undefined) return null;
  const { hills } = SURFACES;
  const share = (value: number, { min, max }: { min: number; max: number }): number =>
    (100 * (value - min)) / (max - min);
  // The picture's first row is the highest y.
  const rows = Array.from({ length: BASINS }, (_, row) =>
    found.value!.slice(row * BASINS, (row + 1) * BASINS),
  );
  const values = rows
    .reverse()
    .flat()
    .map((index) => (index < 0 ? Number.NaN : index));
  const count = new Set(found.value.filter((index) => index >= 0)).size;
  return (
    <HeatMap
      {...{ values, width: BASINS, height: BASINS, scale: "magnitude", min: 0, max: 3, size: 260 }}
      label={t.basinsLabel(formatNumber(count, locale))}
      caption={t.basins}
    >
      {hills.minima.map(([x, y], i) => (
        <span
          key={i}
          class="basin-mark"
          style={{ left: `${share(x, hills.x)}%`, top: `${100 - share(y, hills.y)}%` }}
        >
          {i + 1}
        </span>
      ))}
    </HeatMap>
  );
}
