// Texts in their parts: formulas with their marks, stress, and dashes that begin no line.
import { expect, test } from "vitest";
import { formulasOf, partsOf } from "./prose.ts";

test("a formula takes the marks with it, stress is told, a dash stays with the word before it", () => {
  expect(partsOf("Шаг ($\\eta$) — **длина** — или $w^2$.")).toEqual([
    { text: "Шаг ", isStrong: false },
    { tex: "\\eta", before: "(", after: ")" },
    { text: "\u00a0— ", isStrong: false },
    { text: "длина", isStrong: true },
    { text: "\u00a0— или ", isStrong: false },
    { tex: "w^2", before: "", after: "." },
    { text: "", isStrong: false },
  ]);
  expect(formulasOf("$a$ и $b$")).toEqual(["a", "b"]);
});
