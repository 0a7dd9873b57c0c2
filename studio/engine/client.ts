// The page's side of the engine: a worker started when first needed, and typed calls of a lab's computations.
import { type Remote, wrap } from "comlink";
import type { Engine } from "./worker.ts";

/** What a module's functions are when called from the page: the same arguments, always a promise. */
export type RemoteModule<M> = {
  readonly [K in keyof M as M[K] extends (...args: never[]) => unknown ? K : never]: M[K] extends (
    ...args: infer A
  ) => infer R
    ? (...args: A) => Promise<Session<Awaited<R>>>
    : never;
};

/** A result as it arrives: data is copied, an object of functions is called across. */
export type Session<R> = R extends { readonly [name: string]: unknown }
  ? {
      readonly [K in keyof R]: R[K] extends (...args: infer A) => infer B
        ? (...args: A) => Promise<Awaited<B>>
        : R[K];
    }
  : R;

/** Why no more answers come: the browser lacks what the engine needs, its worker did not start, or has died. */
export interface EngineFailure {
  readonly kind: "unfit" | "notStarted" | "stopped";
  readonly reason: string;
}

/** () → v128: the smallest module that needs SIMD. */
const SIMD_PROBE = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123],
  ...[3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11],
);

let remote: Remote<Engine> | undefined;
let failure: EngineFailure | undefined;
const listeners = new Set<(failure: EngineFailure) => void>();
/** How to refuse each call that waits for an answer. */
const waiting = new Set<(error: Error) => void>();

/** Tells of the failure there has been, or of the first there will be; gives back how to hear no more. */
export function onEngineFailure(listener: (failure: EngineFailure) => void): () => void {
  if (failure) listener(failure);
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function fail(kind: EngineFailure["kind"], reason = ""): void {
  if (failure) return;
  failure = { kind, reason };
  for (const listener of listeners) listener(failure);
  for (const refuse of waiting) refuse(new Error(kind));
}

function connect(): Remote<Engine> {
  if (remote !== undefined) return remote;
  if (typeof WebAssembly === "undefined" || !WebAssembly.validate(SIMD_PROBE)) fail("unfit");
  // The name is that of the lock which the worker holds as long as it lives.
  const name = `engine ${Math.random().toString(36).slice(2)}`;
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name });
  const started = wrap<Engine>(worker);
  remote = started;
  let isStarted = false;
  worker.addEventListener("error", ({ message }) => {
    if (!isStarted) fail("notStarted", message);
  });
  void started.live().then(() => {
    isStarted = true;
    // A worker that dies tells nobody. Browsers give locks to secure pages only; elsewhere its end is not seen.
    return navigator.locks?.request(name, () => fail("stopped"));
  });
  return remote;
}

/** The answer to a call, or a refusal once the engine has failed. */
function answer<T>(call: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    if (failure) return reject(new Error(failure.kind));
    waiting.add(reject);
    call()
      .then(resolve, reject)
      .finally(() => waiting.delete(reject));
  });
}

/** The computations of a lab: `engineOf<typeof import("./compute.ts")>("step").descend(…)` runs in the worker. */
export function engineOf<M>(lab: string): RemoteModule<M> {
  const call = (name: string, args: unknown[]): Promise<unknown> =>
    answer(() => (connect().call as (...all: unknown[]) => Promise<unknown>)(lab, name, ...args));
  return new Proxy({} as RemoteModule<M>, {
    get: (_, name) => (name === "then" ? undefined : (...args: unknown[]) => call(String(name), args)),
  });
}

/** The name of the device that the engine found in this browser. */
export const engineDevice = (): Promise<string> => answer(() => connect().device());
