// How texts are written: `$…$` is a formula and `**…**` is stressed. Pure text: the page shows it by tex.tsx, and the
// build finds the formulas in it.

const PARTS = /([(«“]?\$[^$]+\$[.,:;!?)»”…]*|\*\*[^*]+\*\*)/;
const FORMULA = /^([(«“]?)\$([^$]+)\$(.*)$/;

/** A piece of a text; a formula has the marks with it that must not begin a line, or end one. */
export type Part =
  | { readonly tex: string; readonly before: string; readonly after: string }
  | { readonly text: string; readonly isStrong: boolean };

export const partsOf = (text: string): Part[] =>
  text.split(PARTS).map((part) => {
    const [, before = "", tex, after = ""] = FORMULA.exec(part) ?? [];
    if (tex !== undefined) return { tex, before, after };
    const isStrong = part.startsWith("**") && part.length > 4;
    const plain = isStrong ? part.slice(2, -2) : part;
    // A dash ends a line, and begins none.
    return { text: plain.replace(/ (?=— )/g, "\u00a0"), isStrong };
  });

/** The LaTeX sources of a text's formulas. */
export const formulasOf = (text: string): string[] =>
  partsOf(text).flatMap((part) => ("tex" in part ? part.tex : []));
