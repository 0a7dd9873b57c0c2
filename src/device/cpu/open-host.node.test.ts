// The choice of a host from options and environment; what hosts do is tested in test/kernels.
import { afterEach, expect, it, vi } from "vitest";
import { openDevice } from "../current.ts";
import { checkCapacity, checkThreads } from "./host.ts";
import { openHost } from "./open-host.node.ts";

afterEach(() => vi.unstubAllEnvs());

it("takes device and threads from the environment where no option says otherwise", async () => {
  vi.stubEnv("NABLA_DEVICE", "wasm");
  vi.stubEnv("NABLA_THREADS", "2");
  const fromEnvironment = await openHost();
  expect([fromEnvironment.kind, fromEnvironment.threads]).toEqual(["wasm", 2]);
  await fromEnvironment.close();
  const fromOptions = await openHost({ device: "wasm", threads: 1 });
  expect(fromOptions.threads).toBe(1);
  await fromOptions.close();
});

it("refuses unknown names and counts in the environment", async () => {
  vi.stubEnv("NABLA_DEVICE", "gpu");
  await expect(openHost()).rejects.toThrow(
    'NABLA_DEVICE: "gpu" is no device. Use "native", "wasm" or "auto".',
  );
  vi.stubEnv("NABLA_DEVICE", "wasm");
  vi.stubEnv("NABLA_THREADS", "many");
  await expect(openHost()).rejects.toThrow('NABLA_THREADS: "many" is no thread count.');
});

it("opens the device of the environment for tensors too, and an option wins over it", async () => {
  vi.stubEnv("NABLA_DEVICE", "wasm");
  const fromEnvironment = await openDevice();
  expect(fromEnvironment.name).toContain("wasm");
  await fromEnvironment.close();
  vi.stubEnv("NABLA_DEVICE", "gpu");
  await expect(openDevice()).rejects.toThrow('NABLA_DEVICE: "gpu" is no device.');
  const fromOption = await openDevice("wasm");
  expect(fromOption.name).toContain("wasm");
  await fromOption.close();
});

it("does not take a wrong count of threads for kernels that are missing", async () => {
  const written = vi.spyOn(process.stderr, "write");
  await expect(openHost({ device: "auto", threads: 65 })).rejects.toThrow("threads: 65 is not");
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
