// What tests read off a lab's page.
import type { Page } from "playwright-core";

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
