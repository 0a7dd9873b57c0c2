// Formulas, with MathML for screen readers: those of texts were set when the studio was built, those with live numbers are
// set here by KaTeX, which is loaded when the first of them is shown. Prose is text with formulas between dollar signs.
import { useLayoutEffect, useRef } from "preact/hooks";
import "katex/dist/katex.min.css";
import { inTurn } from "../app/in-turn.ts";
import { lowered } from "../text/locale.ts";
import { nodesOf } from "./formulas.ts";
import { partsOf } from "./prose.ts";

type Katex = typeof import("katex");
let loading: Promise<Katex> | undefined;

interface TexProps {
  /** LaTeX source. */
  readonly tex: string;
  readonly block?: boolean;
}

/** Sets a formula by KaTeX when its turn has come; gives what takes that back. */
function setLater(tex: string, place: HTMLElement, displayMode: boolean): () => void {
  let takeBack = (): void => {};
  let isCurrent = true;
  loading ??= import("katex");
  void loading.then(({ default: katex }) => {
    if (!isCurrent) return;
    // Built as nodes: markup with style attributes would break the page's security policy.
    takeBack = inTurn(() => katex.render(tex, place, { displayMode, throwOnError: false, strict: "ignore" }));
  });
  return () => {
    isCurrent = false;
    takeBack();
  };
}

/** One formula. */
export function Tex({ tex, block = false }: TexProps) {
  const place = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    const nodes = block ? undefined : nodesOf(tex);
    if (nodes === undefined) return setLater(tex, place.current!, block);
    place.current!.replaceChildren(nodes);
    return undefined;
  }, [tex, block]);
  return <span ref={place} class={block ? "tex-block" : "tex"} key={block ? "block" : "inline"} />;
}

// A browser begins a new line after a formula even before a full stop. Longer formulas must be able to break.
const TIED_LENGTH = 16;

/** Text in which `$…$` are formulas and `**…**` is stressed. Marks stay on the line of a short formula. */
export function Prose({ text }: { readonly text: string }) {
  return (
    <>
      {partsOf(text).map((part, index) => {
        if ("text" in part) return part.isStrong ? <strong key={index}>{part.text}</strong> : part.text;
        return (
          <span key={index} class={part.tex.length <= TIED_LENGTH ? "tied" : undefined}>
            {part.before}
            <Tex tex={part.tex} />
            {part.after}
          </span>
        );
      })}
    </>
  );
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
