// PyTorch as a peer: a Python process that is asked, line by line, to run a case for so many seconds.
// Knows how to talk to it, not what is compared.
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("torch-peer.py", import.meta.url));

/** OpenMP's threads spin for some milliseconds after their last work; after this long they sleep. */
const REST = 25;

/** Something PyTorch can time; `kind` and its fields are those of torch-peer.py. */
export type TorchCase = Readonly<Record<string, unknown>> & {
  readonly kind: "train" | "infer" | "matmul" | "conv";
};

interface Reply {
  readonly times?: readonly number[];
  readonly version?: string;
  readonly error?: string;
}

/** A case that PyTorch holds ready. */
export interface TorchRun {
  /** Runs it for so many seconds on so many threads; gives the milliseconds of each step. */
  (seconds: number): Promise<number[]>;
  /** Forgets it. */
  drop(): Promise<void>;
}

/** The running Python process. */
export class Torch {
  readonly version: string;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;
  #cases = 0;

  private constructor(
    version: string,
    child: ChildProcessByStdio<Writable, Readable, null>,
    lines: AsyncIterator<string>,
  ) {
    this.version = version;
    this.#child = child;
    this.#lines = lines;
  }

  /** Starts `NABLA_PYTHON`, or python3; undefined where that has no PyTorch. */
  static async open(): Promise<Torch | undefined> {
    const python = process.env["NABLA_PYTHON"] ?? "python3";
    // What Python complains of when there is no PyTorch is not for the reader of a table.
    const child = spawn(python, [SCRIPT], { stdio: ["pipe", "pipe", "ignore"] });
    child.on("error", () => {});
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const first = await lines.next();
    if (first.done === true) return undefined;
    const { version = "" } = JSON.parse(first.value) as Reply;
    return new Torch(version, child, lines);
  }

  async #ask(request: object): Promise<Reply> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    const line = await this.#lines.next();
    if (line.done === true)
      throw new Error("torch: the Python process has ended. Run torch-peer.py by hand to see why.");
    const reply = JSON.parse(line.value) as Reply;
    if (reply.error !== undefined) throw new Error(`torch: ${reply.error}`);
    return reply;
  }

  /** Makes a case ready and warms it up. */
  async make(what: TorchCase, threads: number, warmUp = 0.3): Promise<TorchRun> {
    const name = this.#cases++;
    await this.#ask({ ...what, do: "make", case: name, threads, warmUp });
    const run = async (seconds: number) => {
      const { times = [] } = await this.#ask({ do: "run", case: name, seconds, threads });
      await sleep(REST);
      return times.map((time) => time * 1e3);
    };
    const drop = async () => {
      await this.#ask({ do: "drop", case: name });
    };
    await sleep(REST);
    return Object.assign(run, { drop });
  }

  close(): void {
    this.#child.stdin.end();
  }
}
