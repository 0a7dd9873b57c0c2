// The worker that computes: loads a lab's `compute.ts` when it is first asked for and calls what it exports. Labs run on
// the real engine here, off the page's thread. Knows nothing of pages.
import { expose, proxy } from "comlink";
import { currentDevice } from "nabla";
import { codeOf } from "./fault.ts";

type Module = Readonly<Record<string, (...args: unknown[]) => unknown>>;

const modules = {
  ...import.meta.glob<Module>("../labs/*/compute.ts"),
  ...import.meta.glob<Module>("../room/compute.ts"),
};

/** Errors cross as plain data, their code as the name: those of classes are shortened when the page is built. */
function portable(error: unknown): Error {
  return error instanceof Error
    ? Object.assign(new Error(error.message), { name: codeOf(error) })
    : new Error(String(error));
}

const isSession = (value: unknown): value is object =>
  typeof value === "object" &&
  value !== null &&
  Object.values(value).some((item) => typeof item === "function");

/** Held until the worker dies, so that the page can see its end. */
const alive = new Promise<void>((resolve) => {
  if (!navigator.locks) return resolve();
  void navigator.locks.request(self.name, () => {
    resolve();
    return new Promise(() => {});
  });
});

const engine = {
  /** Answers as soon as the worker is up. */
  live: (): Promise<void> => alive,
  /** Calls `name` of the module of this lab. A result with functions (a training session) stays here, the page gets a proxy. */
  async call(lab: string, name: string, ...args: unknown[]): Promise<unknown> {
    const load = modules[lab === "room" ? "../room/compute.ts" : `../labs/${lab}/compute.ts`];
    if (load === undefined) throw new Error(`Bug: no compute.ts for "${lab}".`);
    const f = (await load())[name];
    if (f === undefined) throw new Error(`Bug: "${lab}" exports no ${name}.`);
    try {
      const result = await f(...args);
      return isSession(result) ? proxy(result) : result;
    } catch (error) {
      throw portable(error);
    }
  },
  /** What the engine runs on here: "cpu (wasm …)". */
  async device(): Promise<string> {
    const { name } = await currentDevice();
    return name;
  },
};

export type Engine = typeof engine;
expose(engine);
