// What is known so far: values and derivatives with their formulas, the difference quotient beside each.

import { usePreferences } from "../../app/preferences.tsx";
import { formatNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { ColumnHeads } from "../../widgets/column-heads.tsx";
import { texNumber } from "../../widgets/tex.tsx";
import { Value } from "../../widgets/value.tsx";
import {
  type Difference,
  H,
  INNER,
  type Item,
  LEAVES,
  type Name,
  plainName,
  slopeTex,
  valueTex,
  type Walk,
} from "./net.ts";
import { text } from "./text.ts";

interface LedgerProps {
  readonly walk: Walk;
  readonly quotients: Readonly<Record<Name, Difference>> | undefined;
  readonly isKnown: (item: Item) => boolean;
}

export function Ledger({ walk, quotients, isKnown }: LedgerProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  const tex = (value: number): string => texNumber(formatNumber(value, locale), { isFactor: true });
  const number = (name: Name): string => tex(walk.values[name]);
  const parts = {
    number,
    slope: (name: Name) => tex(walk.slopes[name]),
    gate: (i: 1 | 2) => tex(walk.gates[i - 1]!),
  };
  const quotientTex = ({ more, less, quotient }: Difference): string => {
    const digits = (value: number): string => texNumber(formatNumber(value, locale, 8), { isFactor: true });
    return `\\frac{a(v+h)-a(v-h)}{2h} = \\frac{${digits(more)} - ${digits(less)}}{2\\cdot ${digits(H)}} = ${digits(quotient)}`;
  };
  const names = [...INNER, ...LEAVES].filter(
    (name) => isKnown({ kind: "value", name }) || isKnown({ kind: "slope", name }),
  );
  return (
    <div class="table-scroll ledger" tabIndex={0} role="region" aria-label={t.ledger}>
      <table>
        <caption class="for-readers">{t.ledger}</caption>
        <thead>
          <tr>
            <ColumnHeads columns={t.columns} />
          </tr>
        </thead>
        <tbody>
          {names.map((name) => (
            <tr key={name}>
              <th scope="row">{plainName(name)}</th>
              <td>
                <Value value={walk.values[name]} label={plainName(name)} tex={valueTex(name, number)} />
              </td>
              <td>
                {isKnown({ kind: "slope", name }) && (
                  <Value
                    {...{ value: walk.slopes[name], label: `∂a/∂${plainName(name)}`, isSigned: true }}
                    tex={slopeTex(name, parts)}
                  />
                )}
              </td>
              <td>
                {isKnown({ kind: "slope", name }) && quotients && (
                  <Value
                    value={quotients[name].quotient}
                    label={t.quotientOf(plainName(name))}
                    digits={6}
                    tex={quotientTex(quotients[name])}
                  />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** ∂a/∂w₁₁ as the sum over the two paths it takes. */
export function PathSum({ walk }: { walk: Walk }) {
  const t = useText(text);
  const { locale } = usePreferences();
  const tex = (value: number): string => texNumber(formatNumber(value, locale), { isFactor: true });
  const { values, gates, paths, slopes } = walk;
  const way = (i: 1 | 2): string =>
    `u_${i}\\cdot\\mathrm{relu}'(s_${i})\\cdot v_{${i}1}\\cdot x_1 = ${tex(values[`u${i}`])}\\cdot ${tex(gates[i - 1]!)}` +
    `\\cdot ${tex(values[`v${i}1`])}\\cdot ${tex(values.x1)} = ${tex(paths[i - 1]!)}`;
  return (
    <div>
      <h2>{t.paths}</h2>
      <p>
        {([1, 2] as const).map((i) => (
          <span key={i}>
            {t.through(plainName(`h${i}`))}
            <Value value={paths[i - 1]!} label={t.through(plainName(`h${i}`))} tex={way(i)} isSigned />
            {i === 1 ? " + " : " = "}
          </span>
        ))}
        <Value
          {...{ value: slopes.w11, label: t.paths, isSigned: true }}
          tex={`\\frac{\\partial a}{\\partial w_{11}} = ${tex(paths[0])} + ${tex(paths[1])} = ${tex(slopes.w11)}`}
        />
      </p>
    </div>
  );
}
