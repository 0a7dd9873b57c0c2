// The net as a picture: nodes with their values and derivatives as far as they are known, weights on the edges.
import type { ComponentChildren } from "preact";
import { usePreferences } from "../../app/preferences.tsx";
import { formatNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { type Item, type Name, plainName, type Walk } from "./net.ts";
import { text } from "./text.ts";

/** Where the nodes stand. */
const PLACES = {
  x1: [60, 80],
  x2: [60, 240],
  z1: [230, 80],
  z2: [230, 240],
  h1: [420, 80],
  h2: [420, 240],
  a: [590, 160],
} as const satisfies Partial<Record<Name, readonly [number, number]>>;
type NodeName = keyof typeof PLACES;

/** The edges: from, to, the weight, and where along the edge its number stands. */
const EDGES: readonly (readonly [NodeName, NodeName, Name, number])[] = [
  ["x1", "z1", "w11", 0.5],
  ["x2", "z1", "w12", 0.3],
  ["x1", "z2", "w21", 0.3],
  ["x2", "z2", "w22", 0.5],
  ["z1", "h1", "v11", 0.5],
  ["z2", "h1", "v12", 0.3],
  ["z1", "h2", "v21", 0.3],
  ["z2", "h2", "v22", 0.5],
  ["h1", "a", "u1", 0.45],
  ["h2", "a", "u2", 0.45],
];

interface PictureProps {
  readonly walk: Walk;
  readonly isKnown: (item: Item) => boolean;
  readonly next: Item | undefined;
}

export function Picture({ walk, isKnown, next }: PictureProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  const isNext = (name: Name): boolean =>
    next?.name === name || (name[0] === "h" && next?.name === `s${name[1]}`);
  const value = (name: Name): string =>
    isKnown({ kind: "value", name }) || name[0] === "x" ? formatNumber(walk.values[name], locale) : "?";
  const slope = (name: Name): string | undefined =>
    isKnown({ kind: "slope", name }) ? `∂ ${formatNumber(walk.slopes[name], locale)}` : undefined;
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={t.graph}>
      <svg class="net" viewBox="0 0 650 320" role="img" aria-label={t.graph}>
        {EDGES.map(([from, to, weight, share]) => {
          const [[x0, y0], [x1, y1]] = [PLACES[from], PLACES[to]];
          const [x, y] = [x0 + (x1 - x0) * share, y0 + (y1 - y0) * share];
          const label = `${plainName(weight)} = ${formatNumber(walk.values[weight], locale)}`;
          return (
            <g key={weight} class={isNext(weight) ? "next" : ""}>
              <line x1={x0} y1={y0} x2={x1} y2={y1} />
              <Label x={x} y={y - 6} lines={[label, slope(weight)]} />
            </g>
          );
        })}
        {(Object.keys(PLACES) as NodeName[]).map((name) => {
          const [x, y] = PLACES[name];
          const sum: Name | undefined = name === "h1" ? "s1" : name === "h2" ? "s2" : undefined;
          return (
            <g key={name} class={isNext(name) ? "next" : ""}>
              <circle cx={x} cy={y} r={32} />
              <text x={x} y={y - 6} text-anchor="middle" class="node-name">
                {plainName(name)}
              </text>
              <text x={x} y={y + 14} text-anchor="middle" class="node-value">
                {value(name)}
              </text>
              <Label x={x} y={y + 50} lines={[slope(name)]} />
              {sum && <Label x={x} y={y - 54} lines={[`${plainName(sum)} = ${value(sum)}`, slope(sum)]} />}
            </g>
          );
        })}
      </svg>
    </div>
  );
}

/** Lines of text with the surface behind, so that edges do not cross them out. */
function Label({
  x,
  y,
  lines,
}: {
  x: number;
  y: number;
  lines: readonly (string | undefined)[];
}): ComponentChildren {
  return lines.map(
    (line, i) =>
      line !== undefined && (
        <text
          key={line}
          x={x}
          y={y + i * 16}
          text-anchor="middle"
          class={i === 0 && !line.startsWith("∂") ? "edge" : "slope"}
        >
          {line}
        </text>
      ),
  );
}
