// A process that opens the built kernels, runs a program and ends in the way it is told to; host.test.ts watches it.
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { assemble } from "../../dist/device/cpu/assemble.js";
import { openHost } from "../../dist/device/cpu/open-host.node.js";

const [device, ending] = isMainThread ? process.argv.slice(2) : [workerData, "idle"];

if (ending === "worker") {
  const worker = new Worker(new URL(import.meta.url), { workerData: device });
  await new Promise((resolve) => worker.on("exit", resolve));
} else {
  const host = await openHost({ device, threads: 3 });
  const n = 200_000;
  const x = { address: host.base, dtype: "float32", strides: [1] };
  const micros = [{ opcode: "exp", dst: 1, a: 0 }];
  const map = { dims: [n], inputs: [x], outputs: [{ ...x, register: 1 }], micros, registers: 2 };
  const words = assemble(host.layout, [{ kernel: "map", map }]);
  host.ensure(4 * n + words.byteLength);
  host.write(host.base + 4 * n, words);
  const run = (steps) => host.run(host.base + 4 * n, words.length, 0, steps);
  await run(3);
  if (isMainThread) process.stdout.write("done\n");
  if (ending === "exit") {
    run(1_000_000);
    setTimeout(() => process.exit(0), 20);
  }
  if (ending === "pending") {
    run(1_000_000_000);
    setTimeout(() => host.stop(), 20);
  }
}
if (ending === "worker") process.stdout.write("done\n");
