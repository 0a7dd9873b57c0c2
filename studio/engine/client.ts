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

let remote: Remote<Engine> | undefined;

function connect(): Remote<Engine> {
  if (remote !== undefined) return remote;
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "engine" });
  remote = wrap<Engine>(worker);
  return remote;
}

/** The computations of a lab: `engineOf<typeof import("./compute.ts")>("step").descend(…)` runs in the worker. */
export function engineOf<M>(lab: string): RemoteModule<M> {
  const call = (name: string, args: unknown[]): Promise<unknown> =>
    (connect().call as (...all: unknown[]) => Promise<unknown>)(lab, name, ...args);
  return new Proxy({} as RemoteModule<M>, {
    get: (_, name) => (name === "then" ? undefined : (...args: unknown[]) => call(String(name), args)),
  });
}

/** The name of the device that the engine found in this browser. */
export const engineDevice = (): Promise<string> => connect().device();
