// Where a step's time goes: every kernel of a loaded program run alone, beside the least time it could take.
// Reads the instructions back from device memory, so it times what really runs; only for the CPU device.
import { type Device, openDevice } from "nabla";
import { costOf } from "../src/compile/cost.ts";
import { printProgram } from "../src/compile/print-program.ts";
import type { Kernel } from "../src/compile/program.ts";
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

function profileRows(context: Context, { program }: Loaded, times: readonly number[]): Row[] {
  const names = printProgram(program).split("\n").map(nameOf);
  return program.kernels.map((kernel: Kernel, i) => {
    const work = costOf(kernel);
    const least = leastTime(work, context.ceiling);
    const us = times[i]! * 1e3;
    return {
      kernel: names[i],
      us,
      leastUs: least * 1e3,
      lossUs: us - least * 1e3,
      gflops: work.flops / us / 1e3,
      gbs: work.bytes / us / 1e3,
    };
  });
}

const HEADINGS = ["kernel", "µs", "least µs", "above", "share", "GFLOP/s", "GB/s"];

/** The kernels of every net and batch asked for, slowest first; one table each. */
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
    const cells = [...rows]
      .sort((a, b) => (b["us"] as number) - (a["us"] as number))
      .map((row) => [
        short(row["kernel"] as string, 90),
        ...["us", "leastUs", "lossUs"].map((name) => row[name]),
        formatShare((row["us"] as number) / (sum * 1e3)),
        ...["gflops", "gbs"].map((name) => row[name]),
      ]);
    console.log(
      `${spec.name} @ ${batch}: ${median(once).toFixed(3)} ms one call a step, ${median(many).toFixed(3)} ms many; ` +
        `${times.length} kernels, ${sum.toFixed(3)} ms if each runs alone`,
    );
    console.log(`${formatTable(HEADINGS, cells)}\n`);
    all.push(...rows.map((row) => ({ net: spec.name, batch, ...row })));
  }
  await device.close();
  return all;
};
