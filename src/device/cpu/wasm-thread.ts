// The life of one WASM thread: an instance of its own on the shared memory, driving programs (thread 0) or working
// for the driver. Runs in a web worker or a Node worker alike. Knows nothing of how the thread was started.
import { DeviceError } from "../../base/errors.ts";

/** What the kernels' WASM modules export; kernels/platform/wasm.c. */
export interface KernelExports {
  readonly __heap_base: WebAssembly.Global;
  readonly __stack_pointer: WebAssembly.Global;
  describe(): number;
  local_bytes(): number;
  set_locals(address: number): void;
  shared_bytes(program: number, words: number): number;
  run(
    program: number,
    words: number,
    shared: number,
    steps: number,
    stopSeen: number,
    alone: number,
    slot: number,
  ): number;
  worker(thread: number): void;
  set_threads(count: number): void;
  close(): void;
  stop(): void;
  stop_count(): number;
}

/** What a thread is told when it starts. */
export interface ThreadStart {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  /** 0 drives, the others work. */
  thread: number;
  /** End of this thread's stack, which grows down. */
  stackTop: number;
  /** Where the threads' workspaces lie. */
  locals: number;
}

/** One run for the driver. */
export interface RunRequest {
  id: number;
  program: number;
  words: number;
  shared: number;
  steps: number;
  stopSeen: number;
}

/** The driver's answer: the steps done, or what went wrong; id -1 says that it is ready. */
export interface RunReply {
  id: number;
  done?: number;
  error?: string;
}

/** Instantiates the kernels on a memory. DeviceError where the engine refuses them. */
export async function instantiateKernels(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): Promise<KernelExports> {
  try {
    const now = () => performance.now();
    const instance = await WebAssembly.instantiate(module, { env: { memory, now } });
    return instance.exports as unknown as KernelExports;
  } catch (cause) {
    throw new DeviceError(`WASM kernels: ${cause}. Use an engine with WebAssembly SIMD.`, {}, cause);
  }
}

/** Makes a worker a thread of the kernels: returns what to do with each message the host sends. */
export function serveThread(reply: (message: RunReply) => void): (message: ThreadStart | RunRequest) => void {
  let kernels: KernelExports | undefined;
  const start = async ({ module, memory, thread, stackTop, locals }: ThreadStart) => {
    const exports = await instantiateKernels(module, memory);
    exports.__stack_pointer.value = stackTop;
    exports.set_locals(locals);
    if (thread > 0) return exports.worker(thread);
    kernels = exports;
    reply({ id: -1 });
  };
  const run = ({ id, program, words, shared, steps, stopSeen }: RunRequest) => {
    try {
      reply({ id, done: kernels!.run(program, words, shared, steps, stopSeen, 0, 0) });
    } catch (error) {
      reply({ id, error: String(error) });
    }
  };
  return (message) => {
    if (!("module" in message)) run(message);
    else start(message).catch((error) => reply({ id: -1, error: String(error) }));
  };
}
