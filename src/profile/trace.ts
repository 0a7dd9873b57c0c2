// A profile in Chrome's trace-event format, which Perfetto (ui.perfetto.dev) and chrome://tracing open: nested spans of
// every step, of the layers within it and of their kernels. Knows nothing of files.
import type { KernelProfile, Profile } from "./profile.ts";

/** One event: a span (`X`), times in microseconds, or a name (`M`). */
export interface TraceEvent {
  readonly name: string;
  readonly ph: "X" | "M";
  readonly pid: number;
  readonly tid: number;
  readonly cat?: string;
  readonly ts?: number;
  readonly dur?: number;
  readonly args: Readonly<Record<string, unknown>>;
}

/** A file that Perfetto opens, when written as JSON. */
export interface Trace {
  readonly traceEvents: readonly TraceEvent[];
  readonly displayTimeUnit: "ms";
}

const PROCESS = { pid: 1, tid: 1 };

const nameOf = ({ layer, type, phase }: KernelProfile): string =>
  layer === "" ? phase : `${layer} ${type}${phase === "forward" ? "" : ` ${phase}`}`;

/** A span; times in nanoseconds since the first. */
const span = (name: string, cat: string, from: number, to: number, args: TraceEvent["args"]): TraceEvent => ({
  ...{ name, cat, ph: "X", ...PROCESS },
  ...{ ts: from / 1e3, dur: (to - from) / 1e3, args },
});

/** The spans of one step: kernels within stretches of one layer within the step. */
function stepSpans(
  kernels: readonly KernelProfile[],
  times: Float64Array,
  start: number,
  step: number,
): TraceEvent[] {
  const at = (i: number) => times[i]! - start;
  const events = [span(`step ${step}`, "step", at(0), at(kernels.length), { step })];
  let begun = 0;
  kernels.forEach((kernel, i) => {
    const next = kernels[i + 1];
    if (next === undefined || nameOf(next) !== nameOf(kernel)) {
      const { layer, type, phase } = kernel;
      events.push(span(nameOf(kernel), "layer", at(begun), at(i + 1), { layer, type, phase }));
      begun = i + 1;
    }
    const { work, flops, bytes, op, phase } = kernel;
    events.push(span(op, phase, at(i), at(i + 1), { work, flops, bytes }));
  });
  // Enclosing spans first, as viewers that read in order want them.
  return events.sort((a, b) => a.ts! - b.ts! || b.dur! - a.dur!);
}

/** Every noted step of the profile as nested spans. */
export function traceOf({ runs, kernels, device }: Profile): Trace {
  const programs = [...new Set(runs.map(({ program }) => program))];
  const firsts = programs.map((_, p) =>
    programs.slice(0, p).reduce((count, { kernels: own }) => count + own.length, 0),
  );
  const start = runs[0]?.times[0] ?? 0;
  const events: TraceEvent[] = [
    { name: "process_name", ph: "M", ...PROCESS, args: { name: `nabla, ${device}` } },
    { name: "thread_name", ph: "M", ...PROCESS, args: { name: "kernels" } },
  ];
  let step = 0;
  for (const { program, steps, times } of runs) {
    const count = program.kernels.length;
    const first = firsts[programs.indexOf(program)]!;
    for (let i = 0; i < steps; i++) {
      const row = times.subarray(i * (count + 1), (i + 1) * (count + 1));
      events.push(...stepSpans(kernels.slice(first, first + count), row, start, ++step));
    }
  }
  return { traceEvents: events, displayTimeUnit: "ms" };
}
