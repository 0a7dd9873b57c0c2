// Which device work runs on when nothing else is said, and how devices are opened by name.
import { ConfigError } from "../base/errors.ts";
import { CpuDevice } from "./cpu/cpu-device.ts";
import type { Device } from "./device.ts";
import { ReferenceDevice } from "./reference/reference-device.ts";

/**
 * `cpu` takes what NABLA_DEVICE says, or native kernels where they load and WASM otherwise; `native` and `wasm` insist;
 * `reference` is the oracle.
 */
export type DeviceName = "cpu" | "native" | "wasm" | "reference";

const NAMES: readonly string[] = ["cpu", "native", "wasm", "reference"];

/** Opens a device. ConfigError for an unknown name, DeviceError where it cannot be had. */
export async function openDevice(
  name: DeviceName = "cpu",
  options: { threads?: number } = {},
): Promise<Device> {
  let wanted = checkName("device", name);
  // Loaded when asked for: the reference device needs no kernels.
  if (wanted === "reference") return new ReferenceDevice();
  const { openHost, wishedDevice } = await import("#open-host");
  if (wanted === "cpu") wanted = checkName("NABLA_DEVICE", wishedDevice() ?? "cpu");
  if (wanted === "reference") return new ReferenceDevice();
  return new CpuDevice(await openHost({ ...(wanted !== "cpu" && { device: wanted }), ...options }));
}

function checkName(from: string, name: string): DeviceName {
  if (NAMES.includes(name)) return name as DeviceName;
  throw new ConfigError(`${from}: "${name}" is unknown. Use one of ${NAMES.join(", ")}.`, { name });
}

let current: Promise<Device> | undefined;

/** The device tensors are computed on: the one set, or the CPU, opened when first asked for. */
export function currentDevice(): Promise<Device> {
  current ??= openDevice();
  return current;
}

/** Makes `device` the one that tensors are computed on from now on. Tensors stay on the device they were made on. */
export function setDevice(device: Device): void {
  current = Promise.resolve(device);
}
