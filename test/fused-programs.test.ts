// kernels/fused_programs.h says what training consists of.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { CpuDevice } from "../src/device/cpu/cpu-device.ts";
import { setDevice } from "../src/index.ts";
import { deviceOf } from "./devices.ts";
import { fusedPrograms } from "./fused-programs.ts";

it("kernels/fused_programs.h is what npm run fused writes", async () => {
  const device = await deviceOf("wasm");
  setDevice(device);
  const written = readFileSync(join(import.meta.dirname, "..", "kernels", "fused_programs.h"), "utf8");
  expect(written).toBe(await fusedPrograms(device as CpuDevice));
});
