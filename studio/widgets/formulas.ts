// Formulas that were set when the studio was built (see build/set-formulas.ts): kept as markup by their source, made
// into nodes when shown. Knows nothing of KaTeX.

/** Stands for `style` in the markup: as an attribute that is parsed, the page's security policy forbids it. */
export const STYLE = "data-s";

const markup = new Map<string, string>();
const templates = new Map<string, DocumentFragment>();

/** Called by modules of texts, as the build adds it to them: markup by LaTeX source. */
export function keepFormulas(set: Readonly<Record<string, string>>): void {
  for (const [tex, html] of Object.entries(set)) markup.set(tex, html);
}

/** The nodes of a formula; undefined where it has not been set beforehand. */
export function nodesOf(tex: string): Node | undefined {
  const kept = templates.get(tex);
  if (kept !== undefined) return kept.cloneNode(true);
  const html = markup.get(tex);
  if (html === undefined) return undefined;
  const template = document.createElement("template");
  template.innerHTML = html;
  for (const element of template.content.querySelectorAll<HTMLElement>(`[${STYLE}]`)) {
    element.style.cssText = element.getAttribute(STYLE)!;
    element.removeAttribute(STYLE);
  }
  templates.set(tex, template.content);
  return template.content.cloneNode(true);
}
