// The forward pass of a trained net's shape, one image and a batch, beside PyTorch and onnxruntime.
import { setTimeout as sleep } from "node:timers/promises";
import { compile, initialize, nn, openDevice, setDevice, type Tensor } from "nabla";
import type { Row, Section } from "./context.ts";
import { buildNet, forwardFlops, nets } from "./nets.ts";
import { prepareOnnx } from "./peers/onnx.ts";
import { alternate, median } from "./statistics.ts";
import { fastestTorch } from "./step.ts";
import { formatTable } from "./table.ts";
import { makeImages, type Times, timeCalls } from "./training.ts";

/** Milliseconds after which no peer's thread still waits for work. */
const SPIN = 30;

/** The forward pass of net C for these batches. */
export const benchInference: Section = async ({ options, ceiling, torch }) => {
  const spec = nets.find(({ name }) => name === "C")!;
  const device = await openDevice("native");
  setDevice(device);
  const net = initialize(buildNet(spec), spec.input, { seed: 1 });
  const forward = compile((x: Tensor) => nn.apply(net, x));
  const rows: Row[] = [];
  for (const batch of [1, 128]) {
    const images = makeImages(spec.input, batch);
    const call = (i: number) => forward(images[i % images.length]!);
    await timeCalls(call, 0.2);
    const peer = torch && (await fastestTorch(torch, spec, batch, ceiling.threads, "infer"));
    const onnx = await prepareOnnx(spec, batch, ceiling.threads);
    const sides: [string, () => Promise<Times>][] = [["ms", () => timeCalls(call, options.seconds)]];
    if (peer) sides.push(["torchMs", () => peer.run(options.seconds)]);
    const onnxBurst = async (call: NonNullable<typeof onnx>) => {
      const times = await timeCalls(call, options.seconds);
      // Its threads spin on for a while after their last work.
      await sleep(SPIN);
      return times;
    };
    if (onnx) sides.push(["onnxMs", () => onnxBurst(onnx)]);
    const bursts = await alternate(options.rounds, ...sides.map(([, side]) => side));
    const figures: Record<string, number> = {};
    sides.forEach(([name], i) => {
      figures[name] = median(bursts[i]!.map(median));
    });
    await peer?.run.drop();
    const ms = figures["ms"]!;
    rows.push({
      net: "C",
      batch,
      ...figures,
      images: (batch / ms) * 1e3,
      gflops: (forwardFlops(spec) * batch) / ms / 1e6,
    });
  }
  const names = ["ms", "images", "gflops", "torchMs", "onnxMs"];
  const headings = ["forward pass", "ms", "images/s", "GFLOP/s", "PyTorch ms", "onnxruntime ms"];
  const cells = rows.map((row) => [`${row["net"]} @ ${row["batch"]}`, ...names.map((name) => row[name])]);
  console.log(`${formatTable(headings, cells)}\n`);
  await device.close();
  return rows;
};
