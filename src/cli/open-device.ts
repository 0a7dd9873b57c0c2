// Opens the device a command computes on, and closes it when the command is done. Knows nothing of what is computed.
import { openDevice, setDevice } from "../device/current.ts";
import type { TrainConfig } from "./config.ts";

/** Does `action` with the device of a configuration as the one tensors are on, and closes it afterwards. */
export async function withDevice<T>(
  { device: name, threads }: Pick<TrainConfig, "device" | "threads">,
  action: () => Promise<T>,
): Promise<T> {
  const device = await openDevice(name, threads === undefined ? {} : { threads });
  setDevice(device);
  try {
    return await action();
  } finally {
    await device.settled();
    await device.close();
  }
}
