// What the machine could do at most: arithmetic on registers, and copying memory. Every share of peak is of these.
import { availableParallelism } from "node:os";
import { compileNative, wordsOf } from "./native-program.ts";
import { formatTable } from "./table.ts";

/** A figure for one thread and for all. */
export interface Rates {
  readonly one: number;
  readonly all: number;
}

/** The machine's ceiling; NaN where there is no C compiler to measure it with. */
export interface Ceiling {
  readonly threads: number;
  /** GFLOP/s of fused multiply-adds with the widest vectors that help. */
  readonly flops: Rates;
  /** GFLOP/s with 128-bit vectors, product and sum apart: what WASM has without relaxed SIMD. */
  readonly flops128: Rates;
  /** GFLOP/s with 128-bit fused multiply-adds: what WASM has with relaxed SIMD. */
  readonly fused128: Rates;
  /** GB/s read and written by copying 256 MB. */
  readonly copy: Rates;
}

const UNKNOWN: Rates = { one: Number.NaN, all: Number.NaN };

async function measure(threads: number, flags: readonly string[]): Promise<Map<string, Rates>> {
  const program = await compileNative("ceiling.c", flags);
  const lines = program === undefined ? [] : await wordsOf(program, [threads]);
  return new Map(
    lines.map(([name, bits, one, all]) => [`${name} ${bits}`, { one: Number(one), all: Number(all) }]),
  );
}

/** Measures the ceiling and prints it. */
export async function measureCeiling(): Promise<Ceiling> {
  const threads = availableParallelism();
  const fused = await measure(threads, ["-ffp-contract=fast"]);
  const apart = await measure(threads, ["-ffp-contract=off"]);
  const of = (from: Map<string, Rates>, name: string) => from.get(name) ?? UNKNOWN;
  const widths = [128, 256, 512].map((bits) => of(fused, `flops ${bits}`));
  const flops = widths.reduce((best, rates) => (rates.all > best.all ? rates : best));
  const ceiling: Ceiling = {
    threads,
    flops,
    flops128: of(apart, "flops 128"),
    fused128: of(fused, "flops 128"),
    copy: of(fused, "copy 0"),
  };
  if (fused.size === 0) console.log("ceiling: no C compiler found; shares of peak are left out.\n");
  const row = (name: string, { one, all }: Rates) => [name, one, all];
  const rows = [
    row("128-bit product, then sum, GFLOP/s", ceiling.flops128),
    ...[128, 256, 512].map((bits, i) => row(`${bits}-bit multiply-add, GFLOP/s`, widths[i]!)),
    row("copying 256 MB, GB/s read and written", ceiling.copy),
  ];
  console.log(`${formatTable(["the machine's ceiling", "1 thread", `${threads} threads`], rows)}\n`);
  return ceiling;
}
