// The stack opened: every channel under its slice of the filter, and the sum of all with the bias.
import { usePreferences } from "../../app/preferences.tsx";
import { formatNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { CellMover } from "../../widgets/cell-mover.tsx";
import { HeatMap } from "../../widgets/heat-map.tsx";
import { NumberGrid } from "../../widgets/number-grid.tsx";
import { texNumber } from "../../widgets/tex.tsx";
import { Value } from "../../widgets/value.tsx";
import type { LayerSizes, Opened } from "./compute.ts";
import { text } from "./text.ts";

interface StackProps {
  readonly sizes: LayerSizes;
  readonly opened: Opened;
  /** Index of the filter, and the place in its map. */
  readonly t: number;
  readonly x: number;
  readonly y: number;
  readonly onMove: (place: { readonly x: number; readonly y: number }) => void;
}

/** Width of a picture in CSS pixels. */
const SHOWN = 120;
const MAP_SHOWN = 230;

const largest = (values: readonly number[]): number => Math.max(1, ...values.map(Math.abs));

export function Stack({ sizes, opened, t: filter, x, y, onMove }: StackProps) {
  const t = useText(text);
  const { n, C, d } = sizes;
  const [side, m] = [2 * d + 1, n - 2 * d];
  const bound = largest(opened.partials.flat());
  const weight = largest(opened.slices.flat());
  return (
    <div class="channels-stack">
      <div class="channels-layers">
        {Array.from({ length: C }, (_, c) => (
          <div key={c} class="channels-layer">
            <HeatMap
              {...{ values: opened.channels[c]!, width: n, height: n, size: SHOWN }}
              {...{ scale: "ink", min: 0, max: 9 }}
              label={t.channel(c + 1)}
              caption={t.channel(c + 1)}
              frame={{ x, y, width: side, height: side }}
            />
            <span aria-hidden="true">∗</span>
            <NumberGrid
              values={opened.slices[c]!}
              columns={side}
              cell={Math.min(2.5, 7.5 / side)}
              label={`${t.slice(c + 1)}: ${opened.slices[c]!.join(" ")}`}
              full={weight}
            />
            <span aria-hidden="true">=</span>
            <HeatMap
              {...{ values: opened.partials[c]!, width: m, height: m, size: SHOWN }}
              {...{ scale: "signed", min: -bound, max: bound }}
              label={t.partial(c + 1)}
              frame={{ x, y, width: 1, height: 1 }}
            />
          </div>
        ))}
      </div>
      <div class="channels-sum">
        <span class="channels-sigma" aria-hidden="true">
          Σ + b =
        </span>
        <HeatMap
          {...{ values: opened.map, width: m, height: m, size: MAP_SHOWN, scale: "signed" }}
          label={t.map(filter + 1)}
          caption={t.map(filter + 1)}
        >
          <CellMover
            {...{ columns: m, rows: m, at: { x, y }, width: 1, height: 1, onMove }}
            label={t.mover}
            text={t.place(y + 1, x + 1)}
          />
        </HeatMap>
      </div>
      <Sum {...{ sizes, opened, x, y }} />
    </div>
  );
}

/** The number of the map at the place chosen, as the sum over channels. */
function Sum({ sizes, opened, x, y }: Omit<StackProps, "t" | "onMove">) {
  const t = useText(text);
  const { locale } = usePreferences();
  const { n, d } = sizes;
  const [side, m] = [2 * d + 1, n - 2 * d];
  const tex = (value: number, isFactor = false): string =>
    texNumber(formatNumber(value, locale), { isFactor });
  const productsOf = (c: number): string =>
    opened.slices[c]!.map((weight, i) => {
      const pixel = opened.channels[c]![(y + Math.floor(i / side)) * n + x + (i % side)]!;
      return `${tex(weight, true)}\\cdot ${tex(pixel)}`;
    }).join(" + ");
  const place = y * m + x;
  const sum = opened.map[place]!;
  const parts = opened.partials.map((partial) => partial[place]!);
  return (
    <p class="channels-here" data-testid="here">
      {`${t.here}: `}
      {parts.map((part, c) => (
        <span key={c}>
          {c > 0 && " + "}
          <Value
            value={part}
            label={t.partial(c + 1)}
            tex={`\\sum_{k,l} w_{${c + 1},kl}\\,x_{${c + 1},\\,${y + 1}+k,\\,${x + 1}+l} = ${productsOf(c)} = ${tex(part)}`}
            isSigned
          />
        </span>
      ))}
      {" + "}
      <Value value={opened.bias} label={t.bias} tex={`b = ${tex(opened.bias)}`} isSigned />
      {" = "}
      <strong>
        <Value
          name="sum"
          value={sum}
          label={t.sum}
          tex={`\\sum_{c=1}^{${sizes.C}} \\sum_{k,l} w_{c,kl}\\,x_{c,\\,${y + 1}+k,\\,${x + 1}+l} + b = ${[...parts, opened.bias].map((part) => tex(part, true)).join(" + ")} = ${tex(sum)}`}
          isSigned
        />
      </strong>
    </p>
  );
}
