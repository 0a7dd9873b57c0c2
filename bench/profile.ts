// Where a step's time goes: every kernel of a loaded program run alone, beside the least time it could take.
// Reads the instructions back from device memory, so it times what really runs; only for the CPU device.
import { type Device, openDevice } from "nabla";
import { costOf } from "../src/compile/cost.ts";
import { printProgram } from "../src/compile/print-program.ts";
import type { CpuDevice } from "../src/device/cpu/cpu-device.ts";
import type { Context, Row, Section } from "./context.ts";
import { type Loaded, leastTime, watchLoads } from "./roofline.ts";
import { median } from "./statistics.ts";
import { chosenCells } from "./step.ts";
import { formatShare, formatTable } from "./table.ts";
import { startTraining, timeCalls } from "./training.ts";

/** Where each instruction begins and ends, in words. */
function instructionsOf(words: BigInt64Array): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  for (let at = 0; at < words.length; at += Number(words[at + 1])) {
    found.push({ from: at, to: at + Number(words[at + 1]) });
  }
  return found;
}

/** Milliseconds of each kernel when it runs by itself again and again, its operands as near as the caches allow. */
export async function timeKernels(device: Device, loaded: Loaded, seconds: number): Promise<number[]> {
  const { host } = device as CpuDevice;
  const words = new BigInt64Array(loaded.words.length);
  host.read(loaded.code.address, words);
  const workspace = device.allocate("uint8", Math.max(64, loaded.sharedBytes));
  const shared = (workspace as unknown as { range: { address: number } }).range.address;
  const times: number[] = [];
  for (const { from, to } of instructionsOf(words)) {
    const at = loaded.code.address + from * 8;
    const run = (steps: number) => host.run(at, to - from, shared, steps);
    const once = async (steps: number) => {
      const before = performance.now();
      await run(steps);
      return performance.now() - before;
    };
    await once(1);
    const steps = Math.max(1, Math.ceil(5 / Math.max(await once(1), 1e-3)));
    const bursts = await timeCalls(() => run(steps), seconds);
    times.push(median(bursts) / steps);
  }
  device.free(workspace);
  return times;
}

/** A kernel's line of the printed program, without its operands. */
const nameOf = (line: string): string => line.replace(/^.* = /, "").replace(/ \([^()]*\)$/, "");

const short = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text;

/** One row for all kernels that read alike, the most time first. */
function profileRows(context: Context, { program }: Loaded, times: readonly number[]): Row[] {
  const lines = printProgram(program).split("\n");
  const groups = new Map<
    string,
    { count: number; us: number; leastUs: number; flops: number; bytes: number }
  >();
  program.kernels.forEach((kernel, i) => {
    const name = nameOf(lines[i]!);
    const { flops, bytes } = costOf(kernel);
    const group = groups.get(name) ?? { count: 0, us: 0, leastUs: 0, flops: 0, bytes: 0 };
    group.count++;
    group.us += times[i]! * 1e3;
    group.leastUs += leastTime({ flops, bytes }, context.ceiling) * 1e3;
    group.flops += flops;
    group.bytes += bytes;
    groups.set(name, group);
  });
  const rows = [...groups].map(([kernel, { count, us, leastUs, flops, bytes }]) => {
    return {
      kernel,
      count,
      us,
      leastUs,
      aboveUs: us - leastUs,
      gflops: flops / us / 1e3,
      gbs: bytes / us / 1e3,
    };
  });
  return rows.sort((a, b) => b.us - a.us);
}

const HEADINGS = ["kernel", "times", "µs", "least µs", "above", "share", "GFLOP/s", "GB/s"];
const MOST_ROWS = 25;

function profileTable(rows: readonly Row[], totalUs: number): string {
  const cells = rows
    .slice(0, MOST_ROWS)
    .map((row) => [
      short(row["kernel"] as string, 84),
      String(row["count"]),
      ...["us", "leastUs", "aboveUs"].map((name) => row[name]),
      formatShare((row["us"] as number) / totalUs),
      ...["gflops", "gbs"].map((name) => row[name]),
    ]);
  const rest = rows.slice(MOST_ROWS).reduce((sum, row) => sum + (row["us"] as number), 0);
  if (rest > 0)
    cells.push([
      "all others",
      "",
      rest,
      undefined,
      undefined,
      formatShare(rest / totalUs),
      undefined,
      undefined,
    ]);
  return formatTable(HEADINGS, cells);
}

/** The kernels of every net and batch asked for; one table each. */
export const benchProfile: Section = async (context) => {
  const device = await openDevice("native");
  const all: Row[] = [];
  for (const { spec, batch } of chosenCells(context)) {
    const loads = watchLoads(device);
    const training = await startTraining(device, spec, batch);
    const loaded = loads.at(-1)!;
    const [once, many] = [
      await training.once(context.options.seconds),
      await training.many(context.options.seconds),
    ];
    const times = await timeKernels(device, loaded, context.options.seconds / 4);
    const rows = profileRows(context, loaded, times);
    const sum = times.reduce((a, b) => a + b, 0);
    console.log(
      `${spec.name} @ ${batch}: ${median(once).toFixed(3)} ms one call a step, ${median(many).toFixed(3)} ms many; ` +
        `${times.length} kernels, ${sum.toFixed(3)} ms if each runs alone`,
    );
    console.log(`${profileTable(rows, sum * 1e3)}\n`);
    all.push(...rows.map((row) => ({ net: spec.name, batch, ...row })));
  }
  await device.close();
  return all;
};
