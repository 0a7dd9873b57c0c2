// The functions of the lab of the step and their slopes as formulas, for a letter or a number put in.
import type { FunctionName } from "./compute.ts";

interface Formulas {
  readonly value: (w: string) => string;
  readonly slope: (w: string) => string;
}

export const FORMULAS: Readonly<Record<FunctionName, Formulas>> = {
  square: { value: (w) => `${w}^2`, slope: (w) => `2\\cdot ${w}` },
  valley: {
    value: (w) => `\\tfrac{1}{4}(${w} - 1)^2 + \\tfrac{1}{2}\\sin(3\\cdot ${w})`,
    slope: (w) => `\\tfrac{1}{2}(${w} - 1) + \\tfrac{3}{2}\\cos(3\\cdot ${w})`,
  },
  quartic: {
    value: (w) => `\\tfrac{1}{8}(${w}^4 - 4\\cdot ${w}^2)`,
    slope: (w) => `\\tfrac{1}{2}\\cdot ${w}^3 - ${w}`,
  },
  absolute: { value: (w) => `|${w}|`, slope: (w) => `\\operatorname{sign}(${w})` },
};
