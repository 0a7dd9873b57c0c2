// Whole training steps beside PyTorch's: the figure that everything else serves.
import { type Device, openDevice } from "nabla";
import type { Context, Row, Section } from "./context.ts";
import { forwardFlops, type NetSpec, nets } from "./nets.ts";
import type { Torch, TorchRun } from "./peers/torch.ts";
import { rooflineOf, watchLoads } from "./roofline.ts";
import { alternate, median, pairRatios, spreadOf, undisturbed } from "./statistics.ts";
import { type Cell, formatShare, formatTable } from "./table.ts";
import { startTraining, type Times } from "./training.ts";

/** How many times faster than PyTorch a step is meant to be, by net and batch. */
const TARGETS: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  tiny: { 1: 10, 32: 8 },
  A: { 1: 5, 32: 2, 128: 1.6, 1024: 1.25 },
  B: { 128: 1.6, 1024: 1.5 },
  C: { 1: 4, 32: 2, 128: 1.6, 1024: 1.4 },
  D: { 1: 3, 32: 2, 128: 1.6, 1024: 1.6 },
  E: { 128: 1.3 },
};

/** Nets and batches asked for on the command line. */
export function chosenCells({ options }: Context): { spec: NetSpec; batch: number }[] {
  const specs = nets.filter(({ name }) => options.nets.length === 0 || options.nets.includes(name));
  return specs.flatMap((spec) => {
    const batches = options.batches.length === 0 ? spec.batches : options.batches;
    return batches.map((batch) => ({ spec, batch }));
  });
}

/** Ways to set PyTorch up for a net; which is fastest is found by trying. */
function variantsFor({ layers }: NetSpec): { name: string; channelsLast: boolean; fused: boolean }[] {
  const plain = [
    { name: "default", channelsLast: false, fused: false },
    { name: "fused", channelsLast: false, fused: true },
  ];
  const isConvolutional = layers.some(([name]) => name === "conv");
  return isConvolutional
    ? [...plain, { name: "channels last, fused", channelsLast: true, fused: true }]
    : plain;
}

/** PyTorch's fastest variant, ready to run. */
export async function fastestTorch(
  torch: Torch,
  spec: NetSpec,
  batch: number,
  threads: number,
  kind: "train" | "infer" = "train",
): Promise<{ name: string; run: TorchRun }> {
  let best: { name: string; run: TorchRun; time: number } | undefined;
  for (const { name, ...flags } of variantsFor(spec)) {
    const { input, layers } = spec;
    const what = { kind, input, layers, batch, optimizer: spec.optimizer(batch), ...flags };
    const run = await torch.make(what, threads);
    const time = median(await run(0.3));
    if (best !== undefined && best.time <= time) await run.drop();
    else {
      await best?.run.drop();
      best = { name, run, time };
    }
  }
  return best!;
}

const middles = (bursts: readonly Times[]): number[] => bursts.map(median);

async function measureCell(context: Context, device: Device, spec: NetSpec, batch: number): Promise<Row> {
  const { options, ceiling, torch } = context;
  const loads = watchLoads(device);
  const training = await startTraining(device, spec, batch);
  const roofline = rooflineOf(loads.at(-1)!.program, ceiling);
  const peer = torch && (await fastestTorch(torch, spec, batch, ceiling.threads));
  const sides = [() => training.once(options.seconds), ...(peer ? [() => peer.run(options.seconds)] : [])];
  const bursts = await alternate(options.rounds, ...sides);
  const [ours = [], theirs = []] = bursts.map(middles);
  const [ourBest = Number.NaN, theirBest = Number.NaN] = bursts.map((side) => undisturbed(side.flat()));
  const many = median(await training.many(options.seconds));
  await peer?.run.drop();
  const loss = await training.loss();
  const ms = median(ours);
  const { min, median: ratio, max } = spreadOf(pairRatios(ours, theirs));
  return {
    net: spec.name,
    batch,
    ms,
    manyMs: many,
    peerMs: median(theirs),
    variant: peer?.name,
    ratioMin: min,
    ratio,
    ratioMax: max,
    ratioUndisturbed: theirBest / ourBest,
    target: TARGETS[spec.name]?.[batch] ?? 1,
    rooflineMs: roofline,
    images: (batch / ms) * 1e3,
    gflops: (3 * forwardFlops(spec) * batch) / ms / 1e6,
    loss,
  };
}

const HEADINGS = [
  ...["net @ batch", "ms", "many/call", "PyTorch ms", "ratio min", "median", "max", "undisturbed", "target"],
  ...["images/s", "GFLOP/s", "roofline ms", "of roofline", "PyTorch variant"],
];

const rowCells = (row: Row): Cell[] => [
  `${row["net"]} @ ${row["batch"]}`,
  ...["ms", "manyMs", "peerMs", "ratioMin", "ratio", "ratioMax", "ratioUndisturbed", "target"].map(
    (name) => row[name],
  ),
  ...["images", "gflops", "rooflineMs"].map((name) => row[name]),
  formatShare((row["rooflineMs"] as number) / (row["ms"] as number)),
  row["variant"] ?? "–",
];

/** Steps of every net and batch asked for. */
export const benchSteps: Section = async (context) => {
  const device = await openDevice("native");
  const rows: Row[] = [];
  console.log(`training steps: ${device.name}, beside PyTorch ${context.torch?.version ?? "(not found)"}`);
  for (const { spec, batch } of chosenCells(context)) {
    const row = await measureCell(context, device, spec, batch);
    rows.push(row);
    console.error(
      `  ${rowCells(row)
        .slice(0, 7)
        .map((cell) => (typeof cell === "number" ? cell.toPrecision(3) : cell))
        .join("  ")}`,
    );
  }
  console.log(`\n${formatTable(HEADINGS, rows.map(rowCells))}\n`);
  await device.close();
  return rows;
};
