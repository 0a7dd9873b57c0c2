// Opens a data set for a command and shows what that takes: downloads, drawn digits, decoded pictures. Knows nothing of
// training.
import type { ImageForm, OpenDataSetOptions } from "../data/index.node.ts";
import { type DataProgress, type DataSet, type ImageSource, takeFirst } from "../data/index.ts";
import { formatBytes, formatCount, formatPercent } from "./render/numbers.ts";
import type { Terminal } from "./terminal.ts";

/** Which data set is wanted; `limit` keeps the first images of each part. */
export interface DataRequest {
  readonly data: string;
  readonly dataDir?: string | undefined;
  readonly limit?: number | undefined;
  /** Pictures are brought to this size; see `formOfSize`. */
  readonly size?: number | string | undefined;
  /** The shape that pictures are brought to where no size is given; that of the first unless given. */
  readonly shape?: readonly [number, number, number] | undefined;
  /** Sources of pictures for parts of their own. */
  readonly validationData?: string | undefined;
  readonly testData?: string | undefined;
  readonly stream?: boolean | undefined;
  readonly cache?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The form that a size stands for: 64, 48x64 (height, width), 1x28x28 (grey) or 3x64x64; undefined for none. */
export function formOfSize(size: number | string | undefined): ImageForm | undefined {
  if (size === undefined) return undefined;
  const numbers = String(size).split("x").map(Number);
  const [width = 0, height = width, channels = 3] = numbers.toReversed();
  return { channels: channels as ImageForm["channels"], height, width };
}

/** Opens the data set with all its images in memory; otherwise as `openImages`. */
export async function openData(request: DataRequest, terminal: Terminal, isQuiet = false): Promise<DataSet> {
  const { openDataSet } = await import("../data/index.node.ts");
  return openWith(openDataSet, request, terminal, isQuiet);
}

/**
 * Opens the data set, pictures perhaps as a stream, a moving line telling how far it is where the terminal can show one;
 * throws what the source throws.
 */
export async function openImages(
  request: DataRequest,
  terminal: Terminal,
  isQuiet = false,
): Promise<DataSet<ImageSource>> {
  // Loaded here, so that `nabla --help` need not wait for it.
  const { openImages: open } = await import("../data/index.node.ts");
  return openWith(open, request, terminal, isQuiet);
}

async function openWith<S extends ImageSource>(
  open: (name: string, options: OpenDataSetOptions) => Promise<DataSet<S>>,
  request: DataRequest,
  terminal: Terminal,
  isQuiet: boolean,
): Promise<DataSet<S>> {
  const { data, dataDir, limit, size, shape, signal } = request;
  const { validationData, testData, stream, cache } = request;
  const { DATA_SET_NAMES } = await import("../data/index.node.ts");
  const isNamed = (DATA_SET_NAMES as readonly string[]).includes(data);
  let isDrawn = false;
  const clear = (): void => {
    if (isDrawn) terminal.write("\r\u001b[2K");
    isDrawn = false;
  };
  const options: OpenDataSetOptions = {
    ...{ dataDir, signal, stream, cache, validationData, testData },
    image: formOfSize(size ?? (isNamed ? undefined : shape?.join("x"))),
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
    const set = await open(data, options);
    clear();
    if (set.note !== undefined) terminal.writeError(`note: ${set.note}\n`);
    if (limit === undefined) return set;
    const { train, validation, test } = set;
    return {
      ...{ ...set, train: takeFirst(train, limit), test: takeFirst(test, limit) },
      ...(validation && { validation: takeFirst(validation, limit) }),
    };
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
