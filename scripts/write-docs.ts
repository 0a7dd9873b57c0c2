// Writes the documentation that is made from the source: docs/ops.md.
import { writeFileSync } from "node:fs";
import { opsTable } from "../test/ops-table.ts";

writeFileSync(new URL("../docs/ops.md", import.meta.url), await opsTable());
process.exit();
