// Formulas set by KaTeX, loaded when the first is shown; MathML goes along for screen readers. Prose is text with
// formulas between dollar signs.
import type { ComponentChild } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { lowered } from "../text/locale.ts";

type Katex = typeof import("katex");
let loading: Promise<Katex> | undefined;

async function load(): Promise<Katex> {
  await import("katex/dist/katex.min.css");
  return import("katex");
}

interface TexProps {
  /** LaTeX source. */
  readonly tex: string;
  readonly block?: boolean;
}

/** One formula; its source is shown until KaTeX is there. */
export function Tex({ tex, block = false }: TexProps) {
  const place = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    let isCurrent = true;
    loading ??= load();
    void loading.then(({ default: katex }) => {
      // Built as nodes: markup with style attributes would break the page's security policy.
      if (isCurrent && place.current) {
        katex.render(tex, place.current, { displayMode: block, throwOnError: false, strict: "ignore" });
      }
    });
    return () => {
      isCurrent = false;
    };
  }, [tex, block]);
  return <span ref={place} class={block ? "tex-block" : "tex"} key={block ? "block" : "inline"} />;
}

// A browser begins a new line after a formula even before a full stop. Longer formulas must be able to break.
const TIED_LENGTH = 16;
const PARTS = /([(«“]?\$[^$]+\$[.,:;!?)»”…]*|\*\*[^*]+\*\*)/;
const FORMULA = /^([(«“]?)\$([^$]+)\$(.*)$/;

/** Text in which `$…$` are formulas and `**…**` is stressed. Marks stay on the line of a short formula. */
export function Prose({ text }: { readonly text: string }) {
  const parts: ComponentChild[] = text.split(PARTS).map((part, index) => {
    const [, before, tex, after] = FORMULA.exec(part) ?? [];
    if (tex !== undefined) {
      return (
        <span key={index} class={tex.length <= TIED_LENGTH ? "tied" : undefined}>
          {before}
          <Tex tex={tex} />
          {after}
        </span>
      );
    }
    if (part.startsWith("**") && part.length > 4) return <strong key={index}>{part.slice(2, -2)}</strong>;
    return part;
  });
  return <>{parts}</>;
}

/** A formula whose result, unlike a factor, stands without brackets. */
export const bareResult = (tex: string): string => tex.replace(/= \(([^()]*)\)$/, "= $1");

/** A number inside TeX: a comma as decimal mark gets no space after it, negative numbers in brackets if asked. */
export function texNumber(text: string, { isFactor = false } = {}): string {
  const plain = text
    .replace("−", "-")
    .replace(/·10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)$/, (_, power: string) => `\\cdot 10^{${lowered(power)}}`)
    .replace(/[\u00a0\u202f]/g, "\\,")
    .replace(",", "{,}");
  return isFactor && plain.startsWith("-") ? `(${plain})` : plain;
}
