// A number of a lab that can say where it comes from: focused or pointed at, its formula with the numbers put in is
// shown in the lab's formula bar.
import { createContext } from "preact";
import { useContext, useEffect, useRef } from "preact/hooks";
import { usePreferences } from "../app/preferences.tsx";
import { formatNumber } from "../text/locale.ts";
import { bareResult } from "./tex.tsx";

/** A formula, and whether the reader has just asked for it; else its numbers have changed. */
export interface ShownFormula {
  readonly tex: string | undefined;
  readonly isAsked: boolean;
}

/** The formula bar, and the number whose formula it shows. */
export class FormulaBoard {
  readonly #show: (shown: ShownFormula) => void;
  #owner: object | undefined;

  constructor(show: (shown: ShownFormula) => void) {
    this.#show = show;
  }

  take(owner: object, tex: string): void {
    this.#owner = owner;
    this.#show({ tex, isAsked: true });
  }

  /** The number has changed. */
  follow(owner: object, tex: string): void {
    if (this.#owner === owner) this.#show({ tex, isAsked: false });
  }

  /** The number is gone from the page. */
  leave(owner: object): void {
    if (this.#owner !== owner) return;
    this.#owner = undefined;
    this.#show({ tex: undefined, isAsked: false });
  }
}

export const FormulaContext = createContext(new FormulaBoard(() => {}));

/** Shows this formula in the bar when called, and keeps it up to date as long as it stands there. */
export function useFormula(given: string): () => void {
  const tex = bareResult(given);
  const board = useContext(FormulaContext);
  const self = useRef({}).current;
  useEffect(() => board.follow(self, tex), [tex]);
  useEffect(() => () => board.leave(self), []);
  return () => board.take(self, tex);
}

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

export function Value({ value, label, digits = 4, isSigned = false, name, ...given }: ValueProps) {
  const { locale } = usePreferences();
  const tell = useFormula(given.tex);
  const text = given.text ?? formatNumber(value, locale, digits);
  const sign = !isSigned || value === 0 ? "" : value < 0 ? " negative" : " positive";
  return (
    <button
      type="button"
      class={`value${sign}`}
      data-name={name}
      data-value={value}
      aria-label={`${label}: ${text}`}
      onFocus={tell}
      onMouseEnter={tell}
      onClick={tell}
    >
      {text}
    </button>
  );
}
