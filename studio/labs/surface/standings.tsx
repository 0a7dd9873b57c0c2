// Where each optimiser has come: its numbers with their formulas, and whether it is in a minimum.

import { usePreferences } from "../../app/preferences.tsx";
import { formatNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { ColumnHeads } from "../../widgets/column-heads.tsx";
import { type MarkShape, markPath } from "../../widgets/plane.tsx";
import { texNumber } from "../../widgets/tex.tsx";
import { Value } from "../../widgets/value.tsx";
import { minimumNear, type PathPoint, type Racer, type Rates, type SurfaceName } from "./surfaces.ts";
import { text } from "./text.ts";

interface StandingsProps {
  readonly surface: SurfaceName;
  readonly paths: readonly (readonly [Racer, readonly PathPoint[]])[];
  readonly steps: number;
  readonly rates: Rates;
}

/** Colour, dash and mark of each racer's line. */
export const LOOKS: Readonly<
  Record<Racer, { readonly colour: string; readonly dash?: string; readonly mark: MarkShape }>
> = {
  gradient: { colour: "var(--negative)", mark: "circle" },
  momentum: { colour: "var(--positive)", dash: "7 3", mark: "square" },
  rmsprop: { colour: "var(--good)", dash: "2 3", mark: "triangle" },
  adam: { colour: "var(--ink)", dash: "9 3 2 3", mark: "diamond" },
};

/** Q with the numbers put in. */
const FORMULAS: Readonly<Record<SurfaceName, (x: string, y: string) => string>> = {
  valley: (x, y) => `0.01\\cdot ${x}^2 + ${y}^2`,
  banana: (x, y) => `(1 - ${x})^2 + 10\\,(${y} - ${x}^2)^2`,
  hills: (x, y) => `\\tfrac{1}{100}\\left((${x}^2 + ${y} - 11)^2 + (${x} + ${y}^2 - 7)^2\\right)`,
  saddle: (x, y) => `\\tfrac12\\left(${x}^2 - ${y}^2 + \\tfrac18\\,${y}^4\\right)`,
};

/** A racer's last step in x or y: where from, the slope there, the step before it, where to; all as TeX. */
interface LastStep {
  readonly name: string;
  readonly t: number;
  readonly from: string;
  readonly slope: string;
  /** From the place before last to the last but one. */
  readonly before: string;
  /** What the rate is multiplied by. */
  readonly scaled: string;
  readonly to: string;
}

type Rule = (step: LastStep, rates: Record<keyof Rates, string>) => string;

const scaledRule =
  (letters: string): Rule =>
  ({ name, t, from, scaled, to }, { rate }) =>
    `${name}^{${t}} = ${name}^{${t - 1}} - \\eta\\,${letters} = ${from} - ${rate}\\cdot ${scaled} = ${to}`;

/** The rule of a racer's step, with the numbers put in. Momentum as the share of the step before, which is the same. */
const RULES: Readonly<Record<Racer, Rule>> = {
  gradient: ({ name, t, from, slope, to }, { eta }) =>
    `${name}^{${t}} = ${name}^{${t - 1}} - \\eta\\,\\tfrac{\\partial Q}{\\partial ${name}} = ${from} - ${eta}\\cdot ${slope} = ${to}`,
  momentum: ({ name, t, from, slope, before, to }, { eta, momentum }) =>
    `${name}^{${t}} = ${name}^{${t - 1}} - \\eta\\,\\tfrac{\\partial Q}{\\partial ${name}} + \\mu\\,\\Delta ${name}^{${t - 1}} = ` +
    `${from} - ${eta}\\cdot ${slope} + ${momentum}\\cdot ${before} = ${to}`,
  rmsprop: scaledRule("\\nabla Q / \\sqrt{s^t}"),
  adam: scaledRule("\\hat m^t / \\sqrt{\\hat v^t}"),
};

export function Standings({ surface, paths, steps, rates }: StandingsProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  const tex = (value: number): string => texNumber(formatNumber(value, locale), { isFactor: true });
  const stepTex = (racer: Racer, points: readonly PathPoint[], name: "x" | "y"): string => {
    const [last, from, first] = [points.at(-1)!, points.at(-2), points.at(-3)];
    if (from === undefined) return `${name}^0 = ${tex(last[name])}`;
    return RULES[racer](
      {
        ...{ name, t: points.length - 1, from: tex(from[name]), to: tex(last[name]) },
        slope: tex(name === "x" ? from.slopeX : from.slopeY),
        before: tex(first === undefined ? 0 : from[name] - first[name]),
        scaled: tex((from[name] - last[name]) / rates.rate),
      },
      rateTex,
    );
  };
  const rateTex = { eta: tex(rates.eta), momentum: tex(rates.momentum), rate: tex(rates.rate) };
  const stateOf = (points: readonly PathPoint[]): string => {
    if (points.length < steps + 1) return t.lost;
    const { x, y } = points.at(-1)!;
    return minimumNear(surface, x, y) >= 0 ? t.arrived : t.underWay;
  };
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={t.standings}>
      <table>
        <thead>
          <tr>
            <ColumnHeads columns={[t.where[1]!, "x", "y", "Q", t.state]} />
          </tr>
        </thead>
        <tbody>
          {paths.map(([racer, points]) => {
            const last = points.at(-1);
            const name = t.racers[racer];
            if (last === undefined) return null;
            return (
              <tr key={racer}>
                <th scope="row">
                  <Swatch racer={racer} /> {name}
                </th>
                <td>
                  <Value value={last.x} label={`${name}: x`} tex={stepTex(racer, points, "x")} />
                </td>
                <td>
                  <Value value={last.y} label={`${name}: y`} tex={stepTex(racer, points, "y")} />
                </td>
                <td>
                  <Value
                    {...{ value: last.value, label: `${name}: Q` }}
                    tex={`Q = ${FORMULAS[surface](tex(last.x), tex(last.y))} = ${tex(last.value)}`}
                  />
                </td>
                <td>{stateOf(points)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** The racer's line as it is drawn on the map. */
function Swatch({ racer }: { racer: Racer }) {
  const { colour, dash, mark } = LOOKS[racer];
  return (
    <svg class="swatch" width="36" height="12" aria-hidden="true">
      <line x1="0" x2="36" y1="6" y2="6" stroke={colour} stroke-width="2" stroke-dasharray={dash} />
      <path d={markPath(mark, 18, 6)} fill={colour} />
    </svg>
  );
}
