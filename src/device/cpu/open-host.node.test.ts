// The choice of a host from options and environment, and whether its kernels fit; what hosts do is tested in test/kernels.
import { afterEach, expect, it, vi } from "vitest";
import { openDevice } from "../current.ts";
import * as buildScript from "./build-script.node.ts";
import { checkCapacity, checkThreads } from "./host.ts";
import { openHost } from "./open-host.node.ts";

vi.mock("./build-script.node.ts", { spy: true });
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

it("takes threads from the environment where no option says otherwise", async () => {
  vi.stubEnv("NABLA_THREADS", "2");
  const fromEnvironment = await openHost({ device: "wasm" });
  expect([fromEnvironment.kind, fromEnvironment.threads]).toEqual(["wasm", 2]);
  await fromEnvironment.close();
  const fromOptions = await openHost({ device: "wasm", threads: 1 });
  expect(fromOptions.threads).toBe(1);
  await fromOptions.close();
  vi.stubEnv("NABLA_THREADS", "many");
  await expect(openHost()).rejects.toThrow('NABLA_THREADS: "many" is no thread count.');
});

it("opens the device of the environment for tensors, by the names that options have, and an option wins", async () => {
  vi.stubEnv("NABLA_DEVICE", "wasm");
  const fromEnvironment = await openDevice("cpu", { threads: 1 });
  expect(fromEnvironment.name).toMatch(/^cpu \(wasm(, relaxed)?, 1 thread\)$/);
  await fromEnvironment.close();
  vi.stubEnv("NABLA_DEVICE", "reference");
  expect((await openDevice()).name).toContain("reference");
  vi.stubEnv("NABLA_DEVICE", "gpu");
  await expect(openDevice()).rejects.toThrow(
    'NABLA_DEVICE: "gpu" is unknown. Use one of cpu, native, wasm, reference.',
  );
  const fromOption = await openDevice("wasm");
  expect(fromOption.name).toContain("wasm");
  await fromOption.close();
});

it("refuses kernels that were built for other instructions, and says how to build them", async () => {
  vi.spyOn(buildScript, "interfaceDigest").mockReturnValue("0123456789abcdef");
  await expect(openHost({ device: "wasm", threads: 1 })).rejects.toThrow(
    /^wasm kernels: they were built from other sources than those here \([0-9a-f]{16} and not 0123456789abcdef\)\. Run `node .*build-kernels\.mjs`\.$/,
  );
});

it("does not take a wrong count of threads for kernels that are missing", async () => {
  const written = vi.spyOn(process.stderr, "write");
  await expect(openHost({ threads: 65 })).rejects.toThrow("threads: 65 is not");
  expect(written).not.toHaveBeenCalled();
  written.mockRestore();
});

it("checks sizes and counts with the values in the message", () => {
  expect(checkThreads(4)).toBe(4);
  expect(() => checkThreads(65)).toThrow("threads: 65 is not a whole number from 1 to 64.");
  expect(() => checkCapacity("wasm", 3 * 2 ** 20 + 1, 2 ** 20)).toThrow(
    "4 MiB asked for, the wasm device has 1 MiB",
  );
  expect(() => checkCapacity("wasm", 2 ** 20, 2 ** 20)).not.toThrow();
});
