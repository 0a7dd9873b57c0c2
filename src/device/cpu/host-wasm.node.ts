// The WASM host in Node: modules from the build folder, threads from worker_threads.
// Knows nothing of the kernels; the host itself is host-wasm's business.
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import { DeviceError } from "../../base/errors.ts";
import { BUILD_SCRIPT } from "./build-script.node.ts";
import type { KernelHost } from "./host.ts";
import { hasRelaxedSimd, openWasmOn, type ThreadHandle, type WasmPlatform } from "./host-wasm.ts";
import type { RunReply } from "./wasm-thread.ts";

// src/device/cpu and dist/device/cpu lie equally deep, so these hold for both.
const MODULES = new URL("../../../dist/native/", import.meta.url);
const WORKER = new URL("../../../dist/device/cpu/wasm-worker.node.js", import.meta.url);

async function load(name: string): Promise<WebAssembly.Module> {
  const path = fileURLToPath(new URL(name, MODULES));
  const bytes = await readFile(path).catch((cause) => {
    throw new DeviceError(
      `WASM kernels: ${path} is missing. Run \`node ${BUILD_SCRIPT} --wasm\`.`,
      { path },
      cause,
    );
  });
  return WebAssembly.compile(bytes);
}

interface WasmOptions {
  readonly threads?: number;
  readonly single?: boolean;
  readonly plain?: boolean;
}

function spawn(onReply: (message: RunReply) => void, onError: (reason: string) => void): ThreadHandle {
  // The options of a main script may not suit another, as --input-type does not.
  const worker = new Worker(WORKER, { execArgv: [] });
  worker.on("message", onReply);
  worker.on("error", (error) => onError(error.message));
  return {
    post: (message) => worker.postMessage(message),
    keepAlive: (wanted) => (wanted ? worker.ref() : worker.unref()),
    terminate: async () => {
      await worker.terminate();
    },
  };
}

/** Node 20 has relaxed SIMD, as it was standardised later, behind a flag; the fused multiply-add doubles the peak. */
function allowRelaxedSimd(): void {
  const major = Number(process.versions.v8?.split(".")[0]);
  if (!hasRelaxedSimd() && major === 11) setFlagsFromString("--experimental-wasm-relaxed-simd");
}

/**
 * Opens the WASM kernels in Node; `single` forgoes workers and shared memory, as a page without them must, and `plain`
 * the instructions of relaxed SIMD.
 */
export function openWasmHost({
  threads = availableParallelism(),
  ...options
}: WasmOptions = {}): Promise<KernelHost> {
  if (options.plain !== true) allowRelaxedSimd();
  const platform: WasmPlatform = {
    load,
    spawn,
    canShare: options.single !== true,
    isRelaxed: options.plain !== true && hasRelaxedSimd(),
  };
  return openWasmOn(platform, threads);
}
