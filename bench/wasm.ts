// The same kernels as WASM: steps beside native ones, a square product beside what 128-bit vectors allow, and other
// packages that train in WASM.
import { type Device, openDevice } from "nabla";
import type { CpuDevice } from "../src/device/cpu/cpu-device.ts";
import type { Context, Row, Section } from "./context.ts";
import { prepareProduct } from "./gemm.ts";
import { type ScriptPeer, scriptPeers } from "./peers/script.ts";
import { useThreads } from "./single.ts";
import { alternate, median, pairRatios, spreadOf, undisturbed } from "./statistics.ts";
import { chosenCells } from "./step.ts";
import { formatShare, formatTable } from "./table.ts";
import { startTraining, timeCalls } from "./training.ts";

const SIDE = 1024;

async function measureProducts(
  { options, ceiling }: Context,
  device: Device,
  peers: readonly ScriptPeer[],
): Promise<Row[]> {
  const { isa } = (device as CpuDevice).host;
  const peak = isa === "wasm_relaxed" ? ceiling.fused128 : ceiling.flops128;
  const rate = (ms: number) => (2 * SIDE ** 3) / ms / 1e6;
  const rows: Row[] = [];
  for (const [threads, most] of [
    [1, peak.one],
    [ceiling.threads, peak.all],
  ] as const) {
    useThreads(device, threads);
    const single = prepareProduct(device, { name: "square", m: SIDE, k: SIDE, n: SIDE });
    const gflops = rate(undisturbed(await single(options.seconds)));
    single.drop();
    rows.push({ product: `${SIDE}³`, by: `nabla, ${isa}`, threads, gflops, share: gflops / most });
  }
  for (const { name, makeSquare } of peers) {
    const call = await makeSquare(SIDE);
    await call();
    const gflops = rate(undisturbed(await timeCalls(call, options.seconds)));
    rows.push({ product: `${SIDE}³`, by: name, threads: 1, gflops, share: gflops / peak.one });
  }
  return rows;
}

async function measureSteps(
  context: Context,
  native: Device,
  wasm: Device,
  peers: readonly ScriptPeer[],
): Promise<Row[]> {
  const { options } = context;
  const rows: Row[] = [];
  for (const { spec, batch } of chosenCells(context)) {
    const [fast, slow] = [await startTraining(native, spec, batch), await startTraining(wasm, spec, batch)];
    const bursts = await alternate(
      Math.min(options.rounds, 5),
      () => fast.once(options.seconds),
      () => slow.once(options.seconds),
    );
    const [nativeMs, wasmMs] = bursts.map((side) => side.map(median)) as [number[], number[]];
    const others: Record<string, number> = {};
    for (const { name, makeStep } of peers) {
      const step = makeStep(spec, batch);
      if (step === undefined) continue;
      await step();
      others[name] = median(await timeCalls(step, options.seconds));
    }
    const { min, median: ratio, max } = spreadOf(pairRatios(nativeMs, wasmMs));
    const figures = {
      nativeMs: median(nativeMs),
      wasmMs: median(wasmMs),
      ratioMin: min,
      ratio,
      ratioMax: max,
    };
    rows.push({ net: spec.name, batch, ...figures, ...others });
  }
  return rows;
}

/** WASM beside native, beside its ceiling, and beside other packages. */
export const benchWasm: Section = async (context) => {
  const [native, wasm] = [await openDevice("native"), await openDevice("wasm")];
  const peers = await scriptPeers();
  const products = await measureProducts(context, wasm, peers);
  const productCells = products.map(({ product, by, threads, gflops, share }) => {
    return [product, by, String(threads), gflops, formatShare(share as number)];
  });
  const headings = ["product in WASM", "by", "threads", "GFLOP/s", "of 128-bit peak"];
  console.log(`${formatTable(headings, productCells)}\n`);
  const steps = await measureSteps(context, native, wasm, peers);
  const names = peers.map(({ name }) => name);
  const stepCells = steps.map((row) => [
    `${row["net"]} @ ${row["batch"]}`,
    ...["nativeMs", "wasmMs", "ratioMin", "ratio", "ratioMax", ...names].map((name) => row[name]),
  ]);
  const columns = ["step, ms", "native", "WASM", "slower, min", "median", "max", ...names];
  console.log(`${formatTable(columns, stepCells)}\n`);
  await Promise.all([native.close(), wasm.close()]);
  return [...products, ...steps];
};
