// The hosts the kernel tests run on: every one that can be opened here, each with several threads.
import { afterAll, beforeEach, describe } from "vitest";
import { openHost } from "../../src/device/cpu/open-host.node.ts";
import { Rig } from "./rig.ts";

/** Runs a suite once for the native kernels and once for WASM. */
export function onEveryHost(name: string, suite: (rig: () => Rig) => void): void {
  for (const device of ["native", "wasm"] as const) {
    describe(`${name} on ${device}`, async () => {
      const rig = new Rig(await openHost({ device, threads: 3 }));
      beforeEach(() => rig.clear());
      afterAll(() => rig.host.close());
      suite(() => rig);
    });
  }
}
