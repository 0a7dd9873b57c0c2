// The WASM host in Node: modules from the build folder, threads from worker_threads.
// Knows nothing of the kernels; the host itself is host-wasm's business.
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { DeviceError } from "../../base/errors.ts";
import { BUILD_SCRIPT } from "./build-script.node.ts";
import type { KernelHost } from "./host.ts";
import { openWasmOn, type ThreadHandle, type WasmPlatform } from "./host-wasm.ts";
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

function spawn(onReply: (message: RunReply) => void, onError: (reason: string) => void): ThreadHandle {
  const worker = new Worker(WORKER);
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

/** Opens the WASM kernels in Node; `single` forgoes workers and shared memory, as a page without them must. */
export function openWasmHost(options: { threads?: number; single?: boolean } = {}): Promise<KernelHost> {
  const platform: WasmPlatform = { load, spawn, canShare: !options.single };
  return openWasmOn(platform, options.threads ?? availableParallelism());
}
