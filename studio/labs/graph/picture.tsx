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

/** The edges: from, to, the weight, where along the edge its number stands, and how far off. */
const EDGES: readonly (readonly [NodeName, NodeName, Name, number, number, number])[] = [
  ["x1", "z1", "w11", 0.5, 0, -7],
  ["x2", "z1", "w12", 0.3, 0, 0],
  ["x1", "z2", "w21", 0.3, 0, -2],
  ["x2", "z2", "w22", 0.5, 0, -7],
  ["z1", "h1", "v11", 0.5, 0, -7],
  ["z2", "h1", "v12", 0.3, 0, 0],
  ["z1", "h2", "v21", 0.3, 0, -2],
  ["z2", "h2", "v22", 0.5, 0, -7],
  ["h1", "a", "u1", 0.5, 26, -24],
  ["h2", "a", "u2", 0.5, 26, 18],
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
        {EDGES.map(([from, to, weight]) => {
          const [[x1, y1], [x2, y2]] = [PLACES[from], PLACES[to]];
          return <line key={weight} class={isNext(weight) ? "next" : ""} {...{ x1, y1, x2, y2 }} />;
        })}
        {EDGES.map(([from, to, weight, share, right, down]) => {
          const [[x0, y0], [x1, y1]] = [PLACES[from], PLACES[to]];
          const [x, y] = [x0 + (x1 - x0) * share + right, y0 + (y1 - y0) * share + down];
          const label = `${plainName(weight)} = ${formatNumber(walk.values[weight], locale)}`;
          return <Label key={weight} x={x} y={y} lines={[label, slope(weight)]} />;
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

/** From one line of a label to the next. */
const LINE = 18;

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
          key={i}
          x={x}
          y={y + i * LINE}
          text-anchor="middle"
          class={i === 0 && !line.startsWith("∂") ? "edge" : "slope"}
        >
          {line}
        </text>
      ),
  );
}
