// Where each optimiser has come: its numbers with their formulas, and whether it is in a minimum.
import { usePreferences } from "../../app/preferences.tsx";
import { formatNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
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

/** Q with the numbers put in. */
const FORMULAS: Readonly<Record<SurfaceName, (x: string, y: string) => string>> = {
  valley: (x, y) => `0.01\\cdot ${x}^2 + ${y}^2`,
  banana: (x, y) => `(1 - ${x})^2 + 10\\,(${y} - ${x}^2)^2`,
  hills: (x, y) => `\\tfrac{1}{100}\\left((${x}^2 + ${y} - 11)^2 + (${x} + ${y}^2 - 7)^2\\right)`,
  saddle: (x, y) => `\\tfrac12\\left(${x}^2 - ${y}^2 + \\tfrac18\\,${y}^4\\right)`,
};

/** The rule of a racer's step. */
const RULES: Readonly<Record<Racer, (rates: Record<keyof Rates, string>) => string>> = {
  gradient: ({ eta }) => `w^t = w^{t-1} - ${eta}\\,\\nabla Q`,
  momentum: ({ eta, momentum }) => `v^t = ${momentum}\\,v^{t-1} + \\nabla Q,\\; w^t = w^{t-1} - ${eta}\\,v^t`,
  rmsprop: ({ rate }) =>
    `w^t = w^{t-1} - ${rate}\\,\\nabla Q / \\sqrt{s^t},\\; s^t = 0.9\\,s^{t-1} + 0.1\\,(\\nabla Q)^2`,
  adam: ({ rate }) => `w^t = w^{t-1} - ${rate}\\,\\hat m^t / \\sqrt{\\hat v^t}`,
};

export function Standings({ surface, paths, steps, rates }: StandingsProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  const tex = (value: number): string => texNumber(formatNumber(value, locale), { isFactor: true });
  const rateTex = { eta: tex(rates.eta), momentum: tex(rates.momentum), rate: tex(rates.rate) };
  const stateOf = (points: readonly PathPoint[]): string => {
    if (points.length < steps + 1) return t.lost;
    const { x, y } = points.at(-1)!;
    return minimumNear(surface, x, y) >= 0 ? t.arrived : t.underWay;
  };
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={t.caption}>
      <table>
        <thead>
          <tr>
            {[t.where[1]!, "x", "y", "Q", t.state].map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {paths.map(([racer, points]) => {
            const last = points.at(-1);
            const name = t.racers[racer];
            if (last === undefined) return null;
            const rule = RULES[racer](rateTex);
            return (
              <tr key={racer}>
                <th scope="row">
                  <span class={`swatch ${racer}`} aria-hidden="true" /> {name}
                </th>
                <td>
                  <Value value={last.x} label={`${name}: x`} tex={`${rule},\\; x = ${tex(last.x)}`} />
                </td>
                <td>
                  <Value value={last.y} label={`${name}: y`} tex={`${rule},\\; y = ${tex(last.y)}`} />
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
