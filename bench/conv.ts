// Convolutions alone, each of their three kernels, beside PyTorch on channels-last images.
import { type Device, openDevice } from "nabla";
import { type ConvGeometry, conv2d, conv2dInputGrad, conv2dWeightGrad } from "../src/ops/conv.ts";
import type { Context, Row, Section } from "./context.ts";
import { prepareSingle, type Single, useThreads } from "./single.ts";
import { alternate, undisturbed } from "./statistics.ts";
import { formatShare, formatTable } from "./table.ts";

const DIRECTIONS = ["forward", "inputGrad", "weightGrad"] as const;
type Direction = (typeof DIRECTIONS)[number];

/** A convolution that keeps the image's size. */
interface Case {
  readonly channels: number;
  readonly filters: number;
  readonly kernel: number;
  readonly size: number;
  readonly groups?: number;
}

const BATCH = 128;

const cases: readonly Case[] = [
  { channels: 16, filters: 32, kernel: 3, size: 28 },
  { channels: 32, filters: 64, kernel: 3, size: 28 },
  { channels: 32, filters: 64, kernel: 5, size: 14 },
  { channels: 1, filters: 32, kernel: 5, size: 28 },
  { channels: 1, filters: 16, kernel: 3, size: 28 },
  { channels: 3, filters: 16, kernel: 3, size: 32 },
  { channels: 32, filters: 32, kernel: 3, size: 28, groups: 32 },
];

const nameOf = ({ channels, filters, kernel, size, groups = 1 }: Case): string =>
  `${kernel}×${kernel} ${groups === 1 ? `${channels}→${filters}` : `depthwise ${channels}`} @ ${size}`;

function prepare(
  device: Device,
  { channels, filters, kernel, size, groups = 1 }: Case,
  direction: Direction,
): Single {
  const pad = (kernel - 1) / 2;
  const geometry: ConvGeometry = { stride: [1, 1], padding: [pad, pad, pad, pad], dilation: [1, 1], groups };
  const x = [BATCH, size, size, channels];
  const y = [BATCH, size, size, filters];
  const w = [filters, channels / groups, kernel, kernel];
  if (direction === "forward") return prepareSingle(device, [x, w], ([a, b]) => conv2d(a!, b!, geometry));
  if (direction === "inputGrad") {
    return prepareSingle(device, [y, w], ([a, b]) =>
      conv2dInputGrad(a!, b!, { ...geometry, size: [size, size] }),
    );
  }
  return prepareSingle(device, [x, y], ([a, b]) =>
    conv2dWeightGrad(a!, b!, { ...geometry, kernel: [kernel, kernel] }),
  );
}

async function measure(context: Context, device: Device, shape: Case, direction: Direction): Promise<Row> {
  const { options, ceiling, torch } = context;
  const { channels, filters, kernel, size, groups = 1 } = shape;
  const seconds = options.seconds / 4;
  useThreads(device, 1);
  const single = prepare(device, shape, direction);
  const one = undisturbed(await single(seconds));
  useThreads(device, ceiling.threads);
  const peer = await torch?.make(
    {
      kind: "conv",
      x: [BATCH, channels, size, size],
      w: [filters, channels / groups, kernel, kernel],
      ...{ padding: (kernel - 1) / 2, groups, direction },
    },
    ceiling.threads,
    0.1,
  );
  const sides = [() => single(seconds), ...(peer === undefined ? [] : [() => peer(seconds)])];
  const [all, theirs] = (await alternate(Math.min(5, options.rounds), ...sides)).map((bursts) =>
    undisturbed(bursts.flat()),
  );
  await peer?.drop();
  single.drop();
  const flops = (2 * BATCH * size * size * filters * channels * kernel * kernel) / groups;
  const bytes = 4 * BATCH * size * size * (channels + filters);
  const least = Math.max(flops / ceiling.flops.all, bytes / ceiling.copy.all) * 1e-6;
  return {
    convolution: nameOf(shape),
    direction,
    ms: all,
    one: flops / one / 1e6,
    shareOfOne: flops / one / 1e6 / ceiling.flops.one,
    all: flops / all! / 1e6,
    shareOfAll: flops / all! / 1e6 / ceiling.flops.all,
    gbs: bytes / all! / 1e6,
    roofline: least / all!,
    torch: theirs === undefined ? undefined : flops / theirs / 1e6,
    ratio: theirs === undefined ? undefined : theirs / all!,
  };
}

/** Each kernel of each convolution, on one thread and on all. */
export const benchConv: Section = async (context) => {
  const device = await openDevice("native");
  const rows: Row[] = [];
  for (const shape of cases) {
    for (const direction of DIRECTIONS) {
      // Nobody asks for the gradient of a first layer's images.
      if (direction === "inputGrad" && shape.channels < 4) continue;
      rows.push(await measure(context, device, shape, direction));
    }
  }
  const headings = [
    ...[
      "convolution",
      "direction",
      "ms",
      "1 thread",
      "of peak",
      `${context.ceiling.threads} threads`,
      "of peak",
    ],
    ...["GB/s", "of roofline", "PyTorch", "ratio"],
  ];
  const cells = rows.map((row) => [
    ...["convolution", "direction", "ms", "one"].map((name) => row[name]),
    ...[formatShare(row["shareOfOne"] as number), row["all"], formatShare(row["shareOfAll"] as number)],
    ...[row["gbs"], formatShare(row["roofline"] as number), row["torch"], row["ratio"]],
  ]);
  console.log(
    `convolutions, batch ${BATCH}; GFLOP/s, PyTorch on all threads\n${formatTable(headings, cells)}\n`,
  );
  await device.close();
  return rows;
};
