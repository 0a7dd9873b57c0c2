// Backpropagation layer by layer: a row of partial derivatives times the matrix of each layer, from the output back.
import { usePreferences } from "../../app/preferences.tsx";
import { formatNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { texNumber } from "../../widgets/tex.tsx";
import { Value } from "../../widgets/value.tsx";
import type { ThreeWays } from "./compute.ts";
import { text } from "./text.ts";

/** Rows shown at most: the first from the output. */
const SHOWN = 5;

export function MatrixForm({ rows, weights }: Pick<ThreeWays, "rows" | "weights">) {
  const t = useText(text);
  const { locale } = usePreferences();
  const layers = weights.length;
  const tex = (value: number): string => texNumber(formatNumber(value, locale, 3), { isFactor: true });
  /** ∂a/∂z_j of layer l: the row after it times column j of W_{l+1}. */
  const formula = (layer: number, j: number, value: number): string => {
    const name = `\\frac{\\partial a}{\\partial z^{${layer}}_{${j + 1}}}`;
    if (layer === layers) return `${name} = u_{${j + 1}} = ${tex(value)}`;
    const [later, matrix] = [rows[layers - layer - 1]!, weights[layer]!];
    const terms = later.map((partial, i) => `${tex(partial)}\\cdot ${tex(matrix[i]![j]!)}`);
    return `${name} = ${terms.join(" + ")} = ${tex(value)}`;
  };
  return (
    <div>
      <h2>{t.matrixForm}</h2>
      <div class="table-scroll" tabIndex={0} role="region" aria-label={t.matrixForm}>
        <table>
          <tbody>
            {rows.slice(0, SHOWN).map((row, back) => {
              const layer = layers - back;
              return (
                <tr key={layer}>
                  <th scope="row" class="tied">
                    ∂a/∂z<sup>{layer}</sup>
                    {back === 0 ? (
                      <>
                        {" = u"}
                        <sup>T</sup>
                      </>
                    ) : (
                      <>
                        {" = ∂a/∂z"}
                        <sup>{layer + 1}</sup>
                        {" · W"}
                        <sub>{layer + 1}</sub>
                      </>
                    )}
                  </th>
                  {row.map((value, j) => (
                    <td key={j}>
                      <Value
                        value={value}
                        label={`∂a/∂z, ${layer}, ${j + 1}`}
                        tex={formula(layer, j, value)}
                        digits={3}
                        isSigned
                      />
                    </td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <p class="hint">{rows.length > SHOWN ? t.andSoOn : t.inputs}</p>
    </div>
  );
}
