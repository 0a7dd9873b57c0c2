// Opens a data set for a command and shows what that takes: downloads, drawn digits. Knows nothing of training.
import type { OpenDataSetOptions } from "../data/index.node.ts";
import { type DataProgress, type DataSet, takeFirst } from "../data/index.ts";
import { formatBytes, formatCount, formatPercent } from "./render/numbers.ts";
import type { Terminal } from "./terminal.ts";

/** Which data set is wanted; `limit` keeps the first images of each part. */
export interface DataRequest {
  readonly data: string;
  readonly dataDir?: string | undefined;
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Opens the data set, a moving line telling how far it is where the terminal can show one; throws what the source throws. */
export async function openData(request: DataRequest, terminal: Terminal, isQuiet = false): Promise<DataSet> {
  // Loaded here, so that `nabla --help` need not wait for it.
  const { openDataSet } = await import("../data/index.node.ts");
  const { data, dataDir, limit, signal } = request;
  let isDrawn = false;
  const clear = (): void => {
    if (isDrawn) terminal.write("\r\u001b[2K");
    isDrawn = false;
  };
  const options: OpenDataSetOptions = {
    dataDir,
    signal,
    // Drawing fewer digits is quicker than drawing all and throwing most away.
    ...(data === "digits" && limit !== undefined ? { train: limit, test: Math.min(limit, 10_000) } : {}),
    onProgress: (progress) => {
      if (isQuiet || !terminal.isInteractive) return;
      clear();
      terminal.write(progressLine(progress));
      isDrawn = true;
    },
    onWarning: (message) => {
      clear();
      terminal.writeError(`warning: ${message}\n`);
    },
  };
  try {
    const set = await openDataSet(data, options);
    clear();
    if (set.note !== undefined) terminal.writeError(`note: ${set.note}\n`);
    if (limit === undefined) return set;
    return { ...set, train: takeFirst(set.train, limit), test: takeFirst(set.test, limit) };
  } finally {
    clear();
  }
}

const DOING: Record<DataProgress["stage"], string> = {
  download: "downloading",
  generate: "drawing",
  decode: "decoding",
};

/** "downloading train-images-idx3-ubyte.gz  3.10 MB of 9.91 MB, 31 %". */
export function progressLine({ stage, what, done, total }: DataProgress): string {
  const amount = stage === "download" ? formatBytes : formatCount;
  const share = total === undefined ? "" : ` of ${amount(total)}, ${formatPercent(done / total, 0)}`;
  return `${DOING[stage]} ${what}  ${amount(done)}${share}`;
}
