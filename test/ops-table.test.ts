// docs/ops.md says what the registry and the devices say.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { opsTable } from "./ops-table.ts";
import { root } from "./source-files.ts";

it("docs/ops.md is what npm run docs writes", async () => {
  expect(readFileSync(join(root, "docs", "ops.md"), "utf8")).toBe(await opsTable());
});
