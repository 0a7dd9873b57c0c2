// Opens the kernels in a browser: WASM, with threads where the page is cross-origin isolated.
// Node has open-host.node.ts, which also knows the native addon.
import { DeviceError } from "../../base/errors.ts";
import type { HostOptions, KernelHost } from "./host.ts";
import { hasRelaxedSimd, openWasmOn, type ThreadHandle, type WasmPlatform } from "./host-wasm.ts";
import type { RunReply } from "./wasm-thread.ts";

// Spelled out one by one: bundlers look for exactly this pattern.
const MODULES: Record<string, URL> = {
  "nabla.wasm": new URL("../../../dist/native/nabla.wasm", import.meta.url),
  "nabla-relaxed.wasm": new URL("../../../dist/native/nabla-relaxed.wasm", import.meta.url),
  "nabla-relaxed-single.wasm": new URL("../../../dist/native/nabla-relaxed-single.wasm", import.meta.url),
  "nabla-single.wasm": new URL("../../../dist/native/nabla-single.wasm", import.meta.url),
};

async function load(name: string): Promise<WebAssembly.Module> {
  const response = await fetch(MODULES[name]!);
  if (!response.ok)
    throw new DeviceError(
      `WASM kernels: ${response.url} answers ${response.status}. Serve the package's dist/native folder.`,
      {
        url: response.url,
        status: response.status,
      },
    );
  // Not compileStreaming: it insists on a MIME type that simple servers do not send.
  return WebAssembly.compile(await response.arrayBuffer());
}

function spawn(onReply: (message: RunReply) => void, onError: (reason: string) => void): ThreadHandle {
  const worker = new Worker(new URL("../../../dist/device/cpu/wasm-worker.js", import.meta.url), {
    type: "module",
  });
  worker.addEventListener("message", (event) => onReply(event.data));
  worker.addEventListener("error", (event) => onError(event.message));
  return {
    post: (message) => worker.postMessage(message),
    keepAlive: () => {},
    terminate: async () => worker.terminate(),
  };
}

/** A page has no environment to name a device in. */
export const wishedDevice = (): string | undefined => undefined;

/** Opens the WASM kernels in a page; without cross-origin isolation on one thread. DeviceError for `device: "native"`. */
export function openHost(options: HostOptions = {}): Promise<KernelHost> {
  if (options.device === "native")
    throw new DeviceError('openHost: a browser has no native kernels. Use "wasm" or "cpu".');
  const canShare = typeof SharedArrayBuffer === "function" && globalThis.crossOriginIsolated === true;
  const platform: WasmPlatform = { load, spawn, canShare, isRelaxed: hasRelaxedSimd() };
  return openWasmOn(platform, options.threads ?? Math.min(navigator.hardwareConcurrency ?? 1, 16));
}
