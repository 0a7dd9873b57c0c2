// Writes kernels/fused_programs.h, the map programs that are compiled whole. Where one is new the kernels are to be built anew.
import { writeFileSync } from "node:fs";
import type { CpuDevice } from "../src/device/cpu/cpu-device.ts";
import { openDevice, setDevice } from "../src/index.ts";
import { fusedPrograms } from "../test/fused-programs.ts";

const device = await openDevice("cpu");
setDevice(device);
writeFileSync(
  new URL("../kernels/fused_programs.h", import.meta.url),
  await fusedPrograms(device as CpuDevice),
);
process.exit();
