// Run as a process of its own, by isa.test.ts: every sample of every op on the kernels of the instruction set that
// NABLA_ISA names, and one training step, against the oracle. Prints what it ran on; fails with exit code 1.
import { gradient } from "../src/compile/gradient.ts";
import type { CpuDevice } from "../src/device/cpu/cpu-device.ts";
import { openDevice } from "../src/device/current.ts";
import { evaluate } from "../src/device/reference/evaluate.ts";
import type { Graph } from "../src/ir/node.ts";
import { square } from "../src/ops/arithmetic.ts";
import { sum } from "../src/ops/broadcast.ts";
import { registry } from "../src/ops/registry.ts";
import { type Bound, runOn, sampleGraph } from "./sample-graphs.ts";

const TOLERANCE = 2e-5;

const kind = process.env["NABLA_ISA"]?.startsWith("wasm") ? "wasm" : "native";
const device = (await openDevice(kind, { threads: 2 })) as CpuDevice;

async function check(name: string, graph: Graph, bound: Bound): Promise<string[]> {
  const wanted = evaluate(graph, bound);
  const { outputs } = await runOn(device, graph, bound);
  return outputs.flatMap((values, k) => {
    const scale = wanted[k]!.reduce(
      (most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most),
      1,
    );
    const bad = values.findIndex(
      (x, i) => !Object.is(x, wanted[k]![i]) && !(Math.abs(x - wanted[k]![i]!) <= TOLERANCE * scale),
    );
    return bad < 0
      ? []
      : [`${name}: output ${k} element ${bad} is ${values[bad]}, should be ${wanted[k]![bad]}`];
  });
}

const faults: string[] = [];
let checked = 0;
for (const op of registry) {
  for (const [i, sample] of op.samples.entries()) {
    const { node, bound, inputs } = sampleGraph(op, sample, i + 1);
    faults.push(...(await check(`${op.name} #${i}`, { outputs: [node], updates: [] }, bound)));
    checked++;
    if (op.gradient === undefined || [node, ...inputs].some(({ dtype }) => dtype !== "float32")) continue;
    const total = sum(
      square(node),
      node.shape.map((_, axis) => axis),
    );
    faults.push(
      ...(await check(`∂${op.name} #${i}`, { outputs: gradient(total, inputs), updates: [] }, bound)),
    );
    checked++;
  }
}
console.log(`${device.host.isa}: ${checked} graphs, ${faults.length} faults`);
for (const fault of faults) console.error(fault);
await device.close();
process.exitCode = faults.length === 0 ? 0 : 1;
