// The factors of the derivative at one example, each a number with its formula.
import { usePreferences } from "../../app/preferences.tsx";
import { formatNumber } from "../../text/locale.ts";
import { texNumber } from "../../widgets/tex.tsx";
import { Value } from "../../widgets/value.tsx";
import type { Chain, Example, LossName, OutputName } from "./losses.ts";

interface FactorsProps {
  readonly loss: LossName;
  readonly output: OutputName;
  readonly example: Example;
  readonly chain: Chain;
}

/** L and ∂L/∂a with the numbers put in. */
const FORMULAS: Readonly<
  Record<LossName, { loss: (a: string, y: string) => string; slope: (a: string, y: string) => string }>
> = {
  squared: { loss: (a, y) => `(${a} - ${y})^2`, slope: (a, y) => `2\\,(${a} - ${y})` },
  absolute: { loss: (a, y) => `|${a} - ${y}|`, slope: (a, y) => `\\operatorname{sign}(${a} - ${y})` },
  huber: {
    loss: (a, y) => `H_1(${a} - ${y})`,
    slope: (a, y) => `\\max(-1, \\min(1, ${a} - ${y}))`,
  },
  crossEntropy: {
    loss: (a, y) => `-${y}\\ln ${a} - (1 - ${y})\\ln(1 - ${a})`,
    slope: (a, y) => `\\frac{${a} - ${y}}{${a}\\,(1 - ${a})}`,
  },
};

export function Factors({ loss, output, example: { y, x, w }, chain }: FactorsProps) {
  const { locale } = usePreferences();
  const tex = (value: number): string => texNumber(formatNumber(value, locale), { isFactor: true });
  const { z, a, lossByA, aByZ, zByW, lossByW } = chain;
  const formulas = FORMULAS[loss];
  const isSigmoid = output === "sigmoid";
  const rows = [
    { label: "z", value: z, tex: `z = w\\,x = ${tex(w)}\\cdot ${tex(x)} = ${tex(z)}` },
    { label: "a", value: a, tex: isSigmoid ? `a = \\sigma(${tex(z)}) = ${tex(a)}` : `a = z = ${tex(a)}` },
    { label: "L", value: chain.loss, tex: `L = ${formulas.loss(tex(a), tex(y))} = ${tex(chain.loss)}` },
    {
      label: "∂L/∂a",
      value: lossByA,
      tex: `\\frac{\\partial L}{\\partial a} = ${formulas.slope(tex(a), tex(y))} = ${tex(lossByA)}`,
    },
    {
      label: "∂a/∂z",
      value: aByZ,
      tex: `\\frac{\\partial a}{\\partial z} = ${isSigmoid ? `\\sigma(z)\\,(1-\\sigma(z)) = ${tex(a)}\\,(1 - ${tex(a)})` : "1"} = ${tex(aByZ)}`,
    },
    { label: "∂z/∂w", value: zByW, tex: `\\frac{\\partial z}{\\partial w} = x = ${tex(zByW)}` },
    {
      label: "∂L/∂w",
      value: lossByW,
      tex: `\\frac{\\partial L}{\\partial w} = ${tex(lossByA)}\\cdot ${tex(aByZ)}\\cdot ${tex(zByW)} = ${tex(lossByW)}`,
    },
  ];
  return (
    <table class="factors">
      <tbody>
        {rows.map((row) => (
          <tr key={row.label}>
            <th scope="row">{row.label}</th>
            <td>
              <Value {...row} isSigned={row.label.startsWith("∂")} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
