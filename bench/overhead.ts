// What a call costs apart from arithmetic: one run of almost nothing, one more step of it, and how late timers come
// while a net is trained.
import { setTimeout as sleep } from "node:timers/promises";
import { compile, type Device, type DeviceName, openDevice, setDevice, tensor } from "nabla";
import type { Context, Row, Section } from "./context.ts";
import { nets } from "./nets.ts";
import { median, quantile } from "./statistics.ts";
import { formatTable } from "./table.ts";
import { startTraining, timeCalls } from "./training.ts";

const INTERVAL = 5;
const TRAINING_SECONDS = 2;
const MANY = 20_000;

/** A compiled function that adds 1 to `size` numbers in place. */
function counter(size: number) {
  const x = tensor(new Float32Array(size));
  return compile(() => {
    x.assign(x.add(1));
  });
}

async function measureCalls(device: Device, seconds: number): Promise<Row> {
  setDevice(device);
  const small = counter(1);
  await small();
  const one = quantile(await timeCalls(() => small(), seconds), 0.5);
  const long = median(await timeCalls(() => small.repeat(MANY), seconds));
  // Large enough to be shared out among threads and to be run off the calling thread.
  const large = counter(1 << 16);
  await large();
  const hundred = median(await timeCalls(() => large.repeat(100), seconds));
  const shared = median(await timeCalls(() => large(), seconds));
  return {
    device: device.name,
    callUs: one * 1e3,
    stepUs: ((long - one) / (MANY - 1)) * 1e3,
    threadedCallUs: shared * 1e3 - hundred * 10,
  };
}

/** How late a timer of 5 ms came, in milliseconds, while `work` went on. */
async function lateness(work: (seconds: number) => Promise<unknown>, seconds: number): Promise<number[]> {
  const late: number[] = [];
  let due = performance.now() + INTERVAL;
  const timer = setInterval(() => {
    const now = performance.now();
    late.push(Math.max(0, now - due));
    due = now + INTERVAL;
  }, INTERVAL);
  await work(seconds);
  clearInterval(timer);
  return late;
}

async function measureLateness({ options }: Context, device: Device): Promise<Row[]> {
  const seconds = options.isQuick ? 0.3 : TRAINING_SECONDS;
  const rows: Row[] = [];
  const add = async (what: string, work: (seconds: number) => Promise<unknown>) => {
    const late = await lateness(work, seconds);
    rows.push({
      what,
      device: device.name,
      medianMs: median(late),
      p99: quantile(late, 0.99),
      worstMs: quantile(late, 1),
    });
  };
  await add("nothing", (duration) => sleep(duration * 1e3));
  for (const [name, batch] of [
    ["tiny", 32],
    ["C", 128],
  ] as const) {
    const training = await startTraining(device, nets.find((net) => net.name === name)!, batch);
    await add(`${name} @ ${batch}, one call a step`, training.once);
    await add(`${name} @ ${batch}, many steps a call`, training.many);
  }
  return rows;
}

/** Calls and timers, on native kernels and on WASM. */
export const benchOverhead: Section = async (context) => {
  const calls: Row[] = [];
  const timers: Row[] = [];
  for (const name of ["native", "wasm"] satisfies DeviceName[]) {
    const device = await openDevice(name);
    calls.push(await measureCalls(device, context.options.seconds));
    timers.push(...(await measureLateness(context, device)));
    await device.close();
  }
  const callHeadings = [
    "device",
    "one small call, µs",
    "one more step, µs",
    "a call on threads, µs beyond its work",
  ];
  const of =
    (...names: string[]) =>
    (row: Row) =>
      names.map((name) => row[name]);
  console.log(
    `${formatTable(callHeadings, calls.map(of("device", "callUs", "stepUs", "threadedCallUs")))}\n`,
  );
  const timerHeadings = ["lateness of a 5 ms timer during", "device", "median ms", "99 %", "worst"];
  console.log(
    `${formatTable(timerHeadings, timers.map(of("what", "device", "medianMs", "p99", "worstMs")))}\n`,
  );
  return [...calls, ...timers];
};
