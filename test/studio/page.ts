// What tests read off a page of the studio: its numbers, the rules of accessibility it breaks, whether it fits.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";

const AXE = fileURLToPath(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url));

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** The rules of WCAG 2.2 AA that the page breaks, with what breaks them. */
export async function violationsOn(page: Page): Promise<string[]> {
  // Evaluated from outside, so that the page's security policy stays in force.
  await page.evaluate(await readFile(AXE, "utf8"));
  const { violations } = (await page.evaluate(
    "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })",
  )) as { violations: Violation[] };
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" · ")}`,
  );
}

/** How many pixels the page is wider than its window. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");

/** The lab's table, row by row: numbers in full precision, texts as they are. */
export async function tableRows(page: Page): Promise<(number | string)[][]> {
  const rows = await page
    .locator('[data-testid="lab-table"] tbody tr')
    .evaluateAll((elements) =>
      elements.map((row) =>
        [...row.querySelectorAll("td")].map((cell) => cell.getAttribute("data-value") ?? ""),
      ),
    );
  return rows.map((row) =>
    row.map((text) => (text !== "" && !Number.isNaN(Number(text)) ? Number(text) : text)),
  );
}
