// Chooses and opens the kernels in Node: the native addon where it loads, WASM otherwise. Reads NABLA_DEVICE,
// NABLA_THREADS and NABLA_ISA. Knows nothing of programs.
import { availableParallelism } from "node:os";
import { ConfigError, DeviceError } from "../../base/errors.ts";
import { BUILD_SCRIPT, interfaceDigest } from "./build-script.node.ts";
import { checkThreads, type HostOptions, type KernelHost, MAX_THREADS } from "./host.ts";
import { openNativeHost } from "./host-native.node.ts";
import { openWasmHost } from "./host-wasm.node.ts";

/** The device that NABLA_DEVICE names, as the user wrote it. */
export const wishedDevice = (): string | undefined => process.env["NABLA_DEVICE"] || undefined;

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
      "processor allows, wasm or wasm_relaxed for the WASM kernels, or leave it unset.",
    { wanted, isa: host.isa },
  );
}

/** Closes a host and throws DeviceError unless its kernels were built for the instructions that this code encodes. */
function checkInterface(host: KernelHost): KernelHost {
  const [built, wanted] = [host.layout.interface, interfaceDigest()];
  if (built === undefined || wanted === undefined || built === wanted) return host;
  void host.close();
  throw new DeviceError(
    `${host.kind} kernels: they were built from other sources than those here (${built} and not ${wanted}). ` +
      `Run \`node ${BUILD_SCRIPT}\`.`,
    { kind: host.kind, built, wanted },
  );
}

/**
 * Opens the C kernels; says on stderr, once, when it falls back to WASM. DeviceError when nothing can be opened, or what
 * there is was built from other sources.
 */
export async function openHost({ device, threads: wish }: HostOptions = {}): Promise<KernelHost> {
  // Checked before the kernels load, so that a wrong count is not taken for kernels that cannot be had.
  const threads = checkThreads(wish ?? threadsFromEnvironment());
  const isa = process.env["NABLA_ISA"];
  const namesWasm = isa?.startsWith("wasm") === true;
  const openWasm = async () => {
    const host = checkInterface(await openWasmHost({ threads, plain: isa === "wasm" }));
    return namesWasm ? checkIsa(host) : host;
  };
  if (device === "wasm" || (device === undefined && namesWasm)) return openWasm();
  try {
    return checkIsa(checkInterface(openNativeHost(threads)));
  } catch (error) {
    if (device === "native" || error instanceof ConfigError) throw error;
    process.stderr.write(
      `nabla: using the WASM kernels (${error instanceof Error ? error.message : error})\n`,
    );
    return openWasm();
  }
}
