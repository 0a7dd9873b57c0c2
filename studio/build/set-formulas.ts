// A step of the studio's build: sets the formulas of texts by KaTeX and adds them to the module of the texts, so that a
// page shows them without KaTeX. Those with live numbers in them are left to the page.
import katex from "katex";
import type { Plugin } from "vite";
import { STYLE } from "../widgets/formulas.ts";
import { formulasOf } from "../widgets/prose.ts";

/** Stands for what is put into a text when it is shown. */
const LIVE = "\u0000";

interface Node {
  readonly type: string;
  readonly value?: unknown;
  readonly quasis?: readonly { readonly value: { readonly cooked: string } }[];
}

/** Every text that is written in a module. */
function* textsOf(node: unknown): Generator<string> {
  if (typeof node !== "object" || node === null) return;
  const { type, value, quasis } = node as Node;
  if (type === "Literal" && typeof value === "string") yield value;
  if (type === "TemplateLiteral") yield quasis!.map((quasi) => quasi.value.cooked).join(LIVE);
  for (const child of Object.values(node)) yield* textsOf(child);
}

/** The sources of the formulas of a module without live numbers, each once. */
export function fixedFormulas(program: unknown): string[] {
  const all = [...textsOf(program)].flatMap(formulasOf);
  return [...new Set(all)].filter((tex) => !tex.includes(LIVE));
}

/** A formula as markup, with styles that a page must put on by itself. Throws where it is no LaTeX. */
export const markupOf = (tex: string): string =>
  katex.renderToString(tex, { strict: "ignore" }).replaceAll(" style=", ` ${STYLE}=`);

/** Where `keepFormulas` is. */
export const setFormulas = (keeper: string): Plugin => ({
  name: "set-formulas",
  transform: {
    filter: { id: /\/text\.ts$/ },
    handler(code) {
      const formulas = fixedFormulas(this.parse(code));
      if (formulas.length === 0) return undefined;
      const set = JSON.stringify(Object.fromEntries(formulas.map((tex) => [tex, markupOf(tex)])));
      return {
        code: `${code}\nimport { keepFormulas } from ${JSON.stringify(keeper)};\nkeepFormulas(${set});\n`,
        map: null,
      };
    },
  },
});
