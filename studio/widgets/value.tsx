// A number of a lab that can say where it comes from: focused or pointed at, its formula with the numbers put in is
// shown in the lab's formula bar.
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { usePreferences } from "../app/preferences.tsx";
import { formatNumber } from "../text/locale.ts";

/** What the formula bar shows. */
export type ShowFormula = (tex: string | undefined) => void;
export const FormulaContext = createContext<ShowFormula>(() => {});

interface ValueProps {
  readonly value: number;
  /** LaTeX: the formula, with its numbers. */
  readonly tex: string;
  /** What the number is, for screen readers: "∂a/∂w₁₁". */
  readonly label: string;
  readonly digits?: number;
  /** How it is written, where that is not a plain number: per cent. */
  readonly text?: string;
  /** Coloured by its sign; the sign itself is written too. */
  readonly isSigned?: boolean;
  /** For tests and styles. */
  readonly name?: string;
}

export function Value({ value, tex, label, digits = 4, isSigned = false, name, ...given }: ValueProps) {
  const { locale } = usePreferences();
  const show = useContext(FormulaContext);
  const text = given.text ?? formatNumber(value, locale, digits);
  const sign = !isSigned || value === 0 ? "" : value < 0 ? " negative" : " positive";
  return (
    <button
      type="button"
      class={`value${sign}`}
      data-name={name}
      data-value={value}
      aria-label={`${label}: ${text}`}
      onFocus={() => show(tex)}
      onMouseEnter={() => show(tex)}
      onClick={() => show(tex)}
    >
      {text}
    </button>
  );
}
