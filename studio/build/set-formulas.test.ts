// Formulas found in texts and set beforehand.
import { parseAst } from "vite";
import { expect, test } from "vitest";
import { fixedFormulas, markupOf } from "./set-formulas.ts";

test("formulas of texts are found, but for those with live numbers", () => {
  const code = [
    'const a = ["slower for $\\\\eta < 1$, (see $w^t$)", "no $ formula"];',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: code with a template in it
    "const b = (n) => `$Q(w)$ and $w = ${n}$, again $w^t$`;",
  ].join("\n");
  expect(fixedFormulas(parseAst(code))).toEqual(["\\eta < 1", "w^t", "Q(w)"]);
});

test("markup has no style that a security policy would refuse; a wrong formula ends the build", () => {
  const markup = markupOf("\\frac{\\partial L}{\\partial w}");
  expect(markup).not.toContain("style=");
  expect(markup).toContain('data-s="height:');
  expect(markup).toContain("<mfrac>");
  expect(() => markupOf("\\frac{1")).toThrow("KaTeX");
});
