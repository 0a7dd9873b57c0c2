// Where the nets and the score of a run come from: the command line's server, or files that the reader opened. Runs in the
// worker; knows nothing of what nets are.
import { DataError } from "nabla";
import { type CheckpointFile, paths, type RunDetail } from "nabla/server";
import type { Evaluation } from "nabla/train";
import { ask } from "./ask.ts";

/** A file with a net; without `file` the one that training ended with. */
export interface SavedNet {
  readonly file?: string;
  readonly modified: number;
}

export interface RunSource {
  /** What the run has saved: the trained net first, then the newest. */
  nets(): Promise<SavedNet[]>;
  /** The bytes of a net, the trained one unless a file is named; undefined where it is not there. */
  net(file?: string): Promise<Uint8Array | undefined>;
  /** Its score on the test images, once there is one. */
  score(): Promise<Evaluation | undefined>;
}

/** A file of this size is no net that a page should hold. */
const MOST_BYTES = 2 ** 28;

async function fetchNet(name: string, file: string | undefined): Promise<Uint8Array | undefined> {
  const answer = await fetch(file === undefined ? paths.model(name) : paths.checkpoint(name, file));
  if (!answer.ok) return undefined;
  const bytes = Number(answer.headers.get("content-length"));
  if (bytes <= MOST_BYTES) return new Uint8Array(await answer.arrayBuffer());
  void answer.body?.cancel();
  throw new DataError(
    `${name}: the file has ${bytes} bytes, more than the page takes, ${MOST_BYTES}. Use nabla explain for it.`,
    { name, bytes },
  );
}

/** A run of the server's list. */
export const servedSource = (name: string): RunSource => ({
  async nets() {
    const detail = await ask<RunDetail>(paths.run(name));
    const files = (await ask<CheckpointFile[]>(paths.checkpoints(name))) ?? [];
    return [
      ...(detail?.hasModel ? [{ modified: detail.modified }] : []),
      ...files.map(({ file, modified }) => ({ file, modified })),
    ];
  },
  net: (file) => fetchNet(name, file),
  score: async () => (await ask<RunDetail>(paths.run(name)))?.score,
});
