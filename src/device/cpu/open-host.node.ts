// Chooses and opens the kernels in Node: the native addon where it loads, WASM otherwise. Reads NABLA_DEVICE and
// NABLA_THREADS. Knows nothing of programs.
import { availableParallelism } from "node:os";
import { ConfigError } from "../../base/errors.ts";
import { checkThreads, type HostOptions, type KernelHost, MAX_THREADS } from "./host.ts";
import { openNativeHost } from "./host-native.node.ts";
import { openWasmHost } from "./host-wasm.node.ts";

type DeviceChoice = NonNullable<HostOptions["device"]>;

function deviceFromEnvironment(): DeviceChoice {
  const name = process.env["NABLA_DEVICE"] ?? "auto";
  if (name === "auto" || name === "native" || name === "wasm") return name;
  throw new ConfigError(`NABLA_DEVICE: "${name}" is no device. Use "native", "wasm" or "auto".`, { name });
}

function threadsFromEnvironment(): number {
  const text = process.env["NABLA_THREADS"];
  if (text === undefined || text === "") return Math.min(availableParallelism(), MAX_THREADS);
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1) return count;
  throw new ConfigError(`NABLA_THREADS: "${text}" is no thread count. Give a whole number from 1 up.`, {
    text,
  });
}

/** Throws ConfigError where NABLA_ISA names an instruction set that the kernels did not take. */
function checkIsa(host: KernelHost): KernelHost {
  const wanted = process.env["NABLA_ISA"];
  if (wanted === undefined || wanted === "" || wanted === host.isa) return host;
  void host.close();
  throw new ConfigError(
    `NABLA_ISA: "${wanted}" is not to be had here, the best is "${host.isa}". Use avx512, avx2, neon or baseline as the ` +
      "processor allows, or leave it unset.",
    { wanted, isa: host.isa },
  );
}

/** Opens the C kernels. `auto` says on stderr, once, when it falls back to WASM. DeviceError when nothing can be opened. */
export async function openHost(options: HostOptions = {}): Promise<KernelHost> {
  const device = options.device ?? deviceFromEnvironment();
  // Checked before the kernels load, so that a wrong count is not taken for kernels that cannot be had.
  const threads = checkThreads(options.threads ?? threadsFromEnvironment());
  if (device === "wasm") return openWasmHost({ threads });
  try {
    return checkIsa(openNativeHost(threads));
  } catch (error) {
    if (device === "native" || error instanceof ConfigError) throw error;
    process.stderr.write(
      `nabla: using the WASM kernels (${error instanceof Error ? error.message : error})\n`,
    );
    return openWasmHost({ threads });
  }
}
