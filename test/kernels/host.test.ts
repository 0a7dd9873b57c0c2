// The contract of every host: memory, runs in order, stopping, the same bits for any number of threads, clean ends.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { openWasmHost } from "../../src/device/cpu/host-wasm.node.ts";
import { openHost } from "../../src/device/cpu/open-host.node.ts";
import { onEveryHost } from "./hosts.ts";
import { numbers, operand, Rig, simpleMap } from "./rig.ts";

/** A program that touches every way work is cut: maps, both kinds of sums, random numbers, a matrix product. */
async function mixedBits(rig: Rig, threads: number): Promise<Uint8Array> {
  rig.clear();
  rig.host.setThreads(threads);
  const [m, n] = [700, 333];
  const x = rig.put("float32", numbers(m * n, -1, 1));
  const noise = rig.blank("float32", m * n);
  const y = rig.blank("float32", m * n);
  const [columns, rows, total] = [rig.blank("float32", n), rig.blank("float32", m), rig.blank("float32", 1)];
  const product = rig.blank("float32", n * n);
  const state = rig.put("int32", [1, 2, 3]);
  const dims = [m, n];
  const sum = (out: typeof y, strides: number[], reduced: number) => ({
    kernel: "reduce",
    args: { op: 0, reduced, scale: 1 },
    map: {
      dims,
      inputs: [operand(y, dims)],
      outputs: [{ ...operand(out, dims, strides), register: 0 }],
      micros: [],
      registers: 1,
    },
  });
  await rig.run([
    {
      kernel: "random",
      args: { state: state.address, out: noise.address, count: m * n, stream: 1, kind: 1 },
    },
    { kernel: "map", map: simpleMap("mul", [x, noise], y) },
    sum(columns, [0, 1], 1),
    sum(rows, [1, 0], 2),
    sum(total, [0, 0], 3),
    {
      kernel: "gemm",
      args: {
        ...{ a: x.address, b: y.address, c: product.address, batch: 1, m: n, n, k: m },
        ...{ a_batch: 0, a_row: 1, a_col: n, b_batch: 0, b_row: n, b_col: 1, c_batch: 0, c_row: n },
      },
    },
  ]);
  const parts = [noise, y, columns, rows, total, product].map((array) => rig.get(array));
  return Buffer.concat(parts.map((part) => new Uint8Array(part.buffer)));
}

/** A program that adds 1 to a counter, as a run of `length` small maps. */
function counting(rig: Rig, length = 1) {
  const counter = rig.put("int32", [0]);
  const one = rig.put("int32", [1]);
  const map = simpleMap("iadd", [counter, one], counter);
  const loaded = rig.load(Array.from({ length }, () => ({ kernel: "map", map })));
  return { counter, ...loaded };
}

onEveryHost("the host", (rig) => {
  it("keeps what is written, at every alignment", () => {
    const { host } = rig();
    for (const size of [0, 1, 3, 4097, 1_000_003]) {
      const address = rig().reserve(size, size % 7);
      const data = new Uint8Array(size).map((_, i) => i * 31);
      host.write(address, data);
      const back = new Uint8Array(size + 2).fill(9);
      host.read(address, back.subarray(1, size + 1));
      expect(Buffer.compare(back.subarray(1, size + 1), data)).toBe(0);
      expect([back[0], back[size + 1]]).toEqual([9, 9]);
    }
  });

  it("gives the same bits for 1, 2, 3, 4 and 8 threads", async () => {
    const first = await mixedBits(rig(), 1);
    for (const threads of [2, 3, 4, 8])
      expect(Buffer.compare(await mixedBits(rig(), threads), first)).toBe(0);
    rig().host.setThreads(3);
  });

  it("runs as many steps as asked, in the order asked", async () => {
    const { counter, program, words, shared } = counting(rig(), 5);
    const runs = [1, 10, 0, 100].map((steps) => rig().host.run(program, words, shared, steps));
    expect(await Promise.all(runs)).toEqual([1, 10, 0, 100]);
    expect(rig().get(counter)).toEqual(Int32Array.of(555));
    rig().host.runSync(program, words, shared);
    expect(rig().get(counter)).toEqual(Int32Array.of(560));
  });

  it("stops after the step it is in and tells how many were done", async () => {
    const { counter, program, words, shared } = counting(rig(), 20);
    const long = rig().host.run(program, words, shared, 100_000_000);
    const queued = rig().host.run(program, words, shared, 5);
    await new Promise((resolve) => setTimeout(resolve, 30));
    rig().host.stop();
    const done = await long;
    expect(done).toBeGreaterThan(0);
    expect(done).toBeLessThan(100_000_000);
    expect(await queued).toBe(0);
    expect(rig().get(counter)[0]).toBe(done * 20);
    expect(await rig().host.run(program, words, shared, 3)).toBe(3);
  });

  it("refuses to run on this thread while runs are pending", async () => {
    const { program, words, shared } = counting(rig());
    const run = rig().host.run(program, words, shared, 1000);
    expect(() => rig().host.runSync(program, words, shared)).toThrow(/1 runs are pending/);
    await run;
  });

  it("refuses malformed programs", async () => {
    const { host } = rig();
    const address = rig().reserve(64);
    for (const words of [[99n, 2n], [0n, 1n], [0n, 400n], [-1n, 2n], [0n]]) {
      host.write(address, BigInt64Array.from(words));
      expect(() => host.sharedBytes(address, words.length)).toThrow(/malformed/);
      await expect(host.run(address, words.length, 0, 1)).rejects.toThrow(/malformed/);
      expect(() => host.runSync(address, words.length, 0)).toThrow(/malformed/);
    }
  });

  it("refuses more memory than there is and impossible thread counts", () => {
    const { host } = rig();
    expect(() => host.ensure(host.capacity + 1)).toThrow(/MiB asked for/);
    expect(host.base % 64).toBe(0);
    for (const threads of [0, -1, 1.5, 1000, Number.NaN])
      expect(() => host.setThreads(threads)).toThrow(/threads/);
  });

  it("lets released memory be used again", () => {
    const address = rig().reserve(4 << 20);
    rig().host.write(address, new Uint8Array(4 << 20).fill(1));
    rig().host.release(address, 4 << 20);
    rig().host.write(address + 100, Uint8Array.of(7));
    const back = new Uint8Array(1);
    rig().host.read(address + 100, back);
    expect(back[0]).toBe(7);
  });
});

it("WASM without shared memory computes the same and stays interruptible", async () => {
  const single = new Rig(await openWasmHost({ single: true }));
  expect(single.host.threads).toBe(1);
  const { counter, program, words, shared } = counting(single, 20);
  const [first, second] = [
    single.host.run(program, words, shared, 5),
    single.host.run(program, words, shared, 10_000_000),
  ];
  setTimeout(() => single.host.stop(), 30);
  expect(await first).toBe(5);
  const done = await second;
  expect(done).toBeLessThan(10_000_000);
  expect(single.get(counter)[0]).toBe(Math.min((done + 5) * 20, 2 ** 24));
  const x = single.put("float32", numbers(5000, -1, 1));
  const y = single.blank("float32", 5000);
  await single.run([{ kernel: "map", map: simpleMap("exp", [x], y) }]);
  const from = single.get(x);
  for (const [i, value] of single.get(y).entries()) expect(value).toBeCloseTo(Math.exp(from[i]!), 5);
  await single.host.close();
});

it("two native devices have memories of their own", async () => {
  const [a, b] = [
    new Rig(await openHost({ device: "native", threads: 2 })),
    new Rig(await openHost({ device: "native", threads: 2 })),
  ];
  const [first, second] = [counting(a), counting(b)];
  await Promise.all([
    a.host.run(first.program, first.words, first.shared, 7),
    b.host.run(second.program, second.words, second.shared, 9),
  ]);
  expect([a.get(first.counter)[0], b.get(second.counter)[0]]).toEqual([7, 9]);
  await a.host.close();
  await b.host.run(second.program, second.words, second.shared, 1);
  expect(b.get(second.counter)[0]).toBe(10);
  expect(() => a.get(first.counter)).toThrow(/closed/);
  await b.host.close();
});

const exiting = fileURLToPath(new URL("./exiting.mjs", import.meta.url));
for (const device of ["native", "wasm"])
  for (const ending of ["idle", "exit", "pending", "worker"])
    it(`a process with ${device} kernels ends by itself: ${ending}`, async () => {
      const { stdout } = await promisify(execFile)(process.execPath, [exiting, device, ending], {
        timeout: 20_000,
      });
      expect(stdout).toBe("done\n");
    });
