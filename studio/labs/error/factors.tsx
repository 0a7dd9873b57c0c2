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

const WHOLE =
  "\\frac{\\partial L}{\\partial w} = \\frac{\\partial L}{\\partial a}\\cdot\\frac{\\partial a}{\\partial w}";

/** L and ∂L/∂a as TeX, and ∂L/∂a as plain text, with the numbers put in. */
const FORMULAS: Readonly<
  Record<LossName, Readonly<Record<"loss" | "slope" | "plain", (a: string, y: string) => string>>>
> = {
  squared: {
    loss: (a, y) => `(${a} - ${y})^2`,
    slope: (a, y) => `2\\,(${a} - ${y})`,
    plain: (a, y) => `2 (${a} − ${y})`,
  },
  absolute: {
    loss: (a, y) => `|${a} - ${y}|`,
    slope: (a, y) => `\\operatorname{sign}(${a} - ${y})`,
    plain: (a, y) => `sign(${a} − ${y})`,
  },
  huber: {
    loss: (a, y) => `H_1(${a} - ${y})`,
    slope: (a, y) => `\\max(-1, \\min(1, ${a} - ${y}))`,
    plain: (a, y) => `max(−1, min(1, ${a} − ${y}))`,
  },
  crossEntropy: {
    loss: (a, y) => `-${y}\\ln ${a} - (1 - ${y})\\ln(1 - ${a})`,
    slope: (a, y) => `\\frac{${a} - ${y}}{${a}\\,(1 - ${a})}`,
    plain: (a, y) => `(${a} − ${y}) / (${a} (1 − ${a}))`,
  },
};

export function Factors({ loss, output, example: { y, x, w }, chain }: FactorsProps) {
  const { locale } = usePreferences();
  const tex = (value: number): string => texNumber(formatNumber(value, locale), { isFactor: true });
  const show = (value: number): string => {
    const text = formatNumber(value, locale);
    return value < 0 ? `(${text})` : text;
  };
  const { z, a, lossByA, aByZ, zByW, aByW, lossByW } = chain;
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
      label: "∂a/∂w",
      value: aByW,
      tex: `\\frac{\\partial a}{\\partial w} = \\frac{\\partial a}{\\partial z}\\cdot\\frac{\\partial z}{\\partial w} = ${tex(aByZ)}\\cdot ${tex(zByW)} = ${tex(aByW)}`,
    },
    {
      label: "∂L/∂w",
      value: lossByW,
      tex: `${WHOLE} = ${tex(lossByA)}\\cdot ${tex(aByW)} = ${tex(lossByW)}`,
    },
  ];
  return (
    <>
      {/* Plain text, since it changes while an answer is dragged. */}
      <p class="live-formula">
        {`∂L/∂w = ${formulas.plain(show(a), show(y))} · ${show(aByW)} = ${formatNumber(lossByW, locale)}`}
      </p>
      <ul class="figures">
        {rows.map((row) => (
          <li key={row.label}>
            {`${row.label} = `}
            <Value {...row} isSigned={row.label.startsWith("∂")} />
          </li>
        ))}
      </ul>
    </>
  );
}
