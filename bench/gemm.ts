// Matrix products alone, by the engine, OpenBLAS and PyTorch: the shapes of square benchmarks and of training.
import { type Device, openDevice } from "nabla";
import type { Node } from "../src/ir/node.ts";
import { matmul } from "../src/ops/linalg.ts";
import { permute } from "../src/ops/view.ts";
import type { Rates } from "./ceiling.ts";
import type { Context, Row, Section } from "./context.ts";
import { compileNative, wordsOf } from "./native-program.ts";
import { prepareSingle, useThreads } from "./single.ts";
import { alternate, undisturbed } from "./statistics.ts";
import { formatShare, formatTable } from "./table.ts";
import type { Times } from "./training.ts";

/** c[m, n] = a[m, k] · b[k, n], where an operand may lie transposed. */
export interface Product {
  readonly name: string;
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly aTransposed?: boolean;
  readonly bTransposed?: boolean;
}

/** A linear layer's products: y = x·wᵀ, dx = dy·w, dw = dyᵀ·x for w [out, in]. */
const layerProducts = (batch: number, inputs: number, outputs: number): Product[] => {
  const name = `${batch} × ${inputs} × ${outputs}`;
  return [
    { name: `${name} forward`, m: batch, k: inputs, n: outputs, bTransposed: true },
    { name: `${name} dx`, m: batch, k: outputs, n: inputs },
    { name: `${name} dw`, m: outputs, k: batch, n: inputs, aTransposed: true },
  ];
};

const forward = (batch: number, inputs: number, outputs: number): Product =>
  layerProducts(batch, inputs, outputs)[0]!;

const products: readonly Product[] = [
  { name: "1024³", m: 1024, k: 1024, n: 1024 },
  { name: "2048³", m: 2048, k: 2048, n: 2048 },
  ...layerProducts(128, 784, 1000),
  ...layerProducts(1024, 2500, 2000),
  forward(1, 784, 1000),
  forward(1, 2500, 2000),
];

const operandShapes = ({ m, k, n, aTransposed, bTransposed }: Product): [number[], number[]] => [
  aTransposed ? [k, m] : [m, k],
  bTransposed ? [n, k] : [k, n],
];

/** The product on `device`, ready to be timed. */
export function prepareProduct(device: Device, product: Product) {
  const [a, b] = operandShapes(product).map((shape) => [1, ...shape]) as [number[], number[]];
  const turn = (x: Node, isTransposed = false) => (isTransposed ? permute(x, [0, 2, 1]) : x);
  return prepareSingle(device, [a, b], ([x, y]) =>
    matmul(turn(x!, product.aTransposed), turn(y!, product.bTransposed)),
  );
}

type Side = () => Promise<Times>;

function openblasSide(
  program: string,
  { m, n, k, aTransposed, bTransposed }: Product,
  threads: number,
  seconds: number,
): Side {
  const args = [m, n, k, aTransposed ? 1 : 0, bTransposed ? 1 : 0, seconds];
  return async () =>
    (await wordsOf(program, args, { OPENBLAS_NUM_THREADS: String(threads) })).map(([ms]) => Number(ms));
}

async function measure(
  { options, ceiling, torch }: Context,
  device: Device,
  openblas: string | undefined,
  product: Product,
  threads: number,
): Promise<Row> {
  const { m, k, n, aTransposed = false, bTransposed = false } = product;
  const seconds = options.seconds / 4;
  useThreads(device, threads);
  const single = prepareProduct(device, product);
  const [a, b] = operandShapes(product);
  const peer = await torch?.make({ kind: "matmul", a, b, aTransposed, bTransposed }, threads, 0.1);
  const sides: Side[] = [() => single(seconds)];
  if (openblas !== undefined) sides.push(openblasSide(openblas, product, threads, seconds));
  if (peer !== undefined) sides.push(() => peer(seconds));
  const times = (await alternate(Math.min(5, options.rounds), ...sides)).map((bursts) =>
    undisturbed(bursts.flat()),
  );
  await peer?.drop();
  single.drop();
  const rate = (ms: number | undefined) => (ms === undefined ? undefined : (2 * m * k * n) / ms / 1e6);
  const peak = ceiling.flops[threads === 1 ? "one" : ("all" satisfies keyof Rates)];
  const gflops = rate(times[0])!;
  return {
    product: product.name,
    threads,
    gflops,
    share: gflops / peak,
    gbs: (4 * (m * k + k * n + m * n)) / times[0]! / 1e6,
    openblas: openblas === undefined ? undefined : rate(times[1]),
    torch: peer === undefined ? undefined : rate(times.at(-1)),
  };
}

const HEADINGS = ["product", "threads", "GFLOP/s", "of peak", "GB/s", "OpenBLAS", "PyTorch"];

/** Every product on one thread and on all. */
export const benchGemm: Section = async (context) => {
  const device = await openDevice("native");
  const openblas = await compileNative("peers/openblas.c", ["-lopenblas"]);
  if (openblas === undefined) console.log("OpenBLAS is left out: cc finds no libopenblas.");
  const rows: Row[] = [];
  for (const threads of [...new Set([1, context.ceiling.threads])]) {
    for (const product of products) rows.push(await measure(context, device, openblas, product, threads));
  }
  const cells = rows.map((row) => [
    row["product"],
    ...[String(row["threads"]), row["gflops"], formatShare(row["share"] as number)],
    ...["gbs", "openblas", "torch"].map((name) => row[name]),
  ]);
  console.log(`matrix products, batch × inputs × outputs; GFLOP/s\n${formatTable(HEADINGS, cells)}\n`);
  await device.close();
  return rows;
};
