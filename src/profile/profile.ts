// From the noted times of a program's kernels to figures: by kernel, by op and by layer, beside the roofline.
// Knows nothing of how the times were noted or how they are shown.
import { costOf } from "../compile/cost.ts";
import { kernelOrigin } from "../compile/kernel-origin.ts";
import { workOf } from "../compile/print-program.ts";
import { type Kernel, writesOf } from "../compile/program.ts";
import type { RecordedRun } from "../device/cpu/cpu-device.ts";
import type { Slot } from "../ir/node.ts";
import type { Origin } from "../ir/origin.ts";
import { type Ceiling, leastSeconds } from "./ceiling.ts";

/** What a kernel is done for: `other` where that is not known. */
export type Phase = "forward" | "backward" | "batch" | "loss" | "update" | "other";

/** What a kernel belongs to. */
export interface Label {
  /** Path of the layer; empty where no layer asks for it. */
  readonly layer: string;
  /** What the layer calls itself: `conv2d`. */
  readonly type: string;
  readonly phase: Phase;
}

/** Time and work of a step's kernel, or of several together. */
export interface Figures {
  /** Seconds a step. */
  readonly seconds: number;
  /** Share of the whole step. */
  readonly share: number;
  readonly flops: number;
  /** Bytes read and written if every value passes once between memory and cache. */
  readonly bytes: number;
  /** Seconds that the ceiling allows; below them where operands stay in the caches. */
  readonly leastSeconds: number;
}

export interface KernelProfile extends Figures, Label {
  /** The op that heads it, `map` for a chain of elementwise ones. */
  readonly op: string;
  /** What it computes, in one line. */
  readonly work: string;
}

export interface GroupProfile extends Figures {
  readonly kernels: number;
}

/** Where the time of a step goes. */
export interface Profile {
  readonly device: string;
  readonly ceiling: Ceiling;
  /** Seconds of a step: the sum over its kernels. */
  readonly seconds: number;
  /** In the order they run. */
  readonly kernels: readonly KernelProfile[];
  /** By op, the most time first. */
  readonly ops: readonly (GroupProfile & { readonly op: string })[];
  /** By layer and phase, in the order they first run. */
  readonly layers: readonly (GroupProfile & Label)[];
  /** The runs that were noted. */
  readonly runs: readonly RecordedRun[];
}

/** How kernels are told what they belong to. */
export interface Labels {
  /** Path and type of each layer by where its nodes come from. */
  readonly layers: ReadonlyMap<Origin, Omit<Label, "phase">>;
  /** Parts of a step that no layer makes. */
  readonly parts: ReadonlyMap<Origin, Phase>;
  /** The layer that each parameter or other state of the step is of. */
  readonly slots: ReadonlyMap<Slot, Omit<Label, "phase">>;
}

const NONE = { layer: "", type: "" };

/** What a kernel belongs to. An update belongs to the layer whose parameter it writes. */
export function labelOf(kernel: Kernel, { layers, parts, slots }: Labels): Label {
  const origin = kernelOrigin(kernel);
  if (origin === undefined) return { ...NONE, phase: "other" };
  const source = origin.forward ?? origin;
  const layer = layers.get(source);
  if (layer !== undefined) return { ...layer, phase: origin === source ? "forward" : "backward" };
  const written = writesOf(kernel).flatMap(({ value }) => (value.slot && slots.get(value.slot)) ?? []);
  return { ...(written[0] ?? NONE), phase: parts.get(source) ?? "other" };
}

const opOf = (kernel: Kernel): string => (kernel.tag === "map" ? "map" : kernel.node.op.name);

const medianOf = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
};

/** Median seconds of each kernel over the steps of all runs of one program. */
function kernelSeconds(runs: readonly RecordedRun[]): number[] {
  const count = runs[0]!.program.kernels.length;
  return Array.from({ length: count }, (_, k) =>
    medianOf(
      runs.flatMap(({ steps, times }) =>
        Array.from({ length: steps }, (_, step) => {
          const at = step * (count + 1) + k;
          return (times[at + 1]! - times[at]!) * 1e-9;
        }),
      ),
    ),
  );
}

const sum = (figures: readonly Figures[], key: keyof Figures): number =>
  figures.reduce((total, each) => total + each[key], 0);

function groupBy<K extends KernelProfile, L>(
  kernels: readonly K[],
  keyOf: (kernel: K) => string,
  labelOf: (kernel: K) => L,
): (GroupProfile & L)[] {
  const groups = new Map<string, K[]>();
  for (const kernel of kernels) groups.set(keyOf(kernel), [...(groups.get(keyOf(kernel)) ?? []), kernel]);
  return [...groups.values()].map((own) => ({
    ...labelOf(own[0]!),
    kernels: own.length,
    seconds: sum(own, "seconds"),
    share: sum(own, "share"),
    flops: sum(own, "flops"),
    bytes: sum(own, "bytes"),
    leastSeconds: sum(own, "leastSeconds"),
  }));
}

/** The figures of the runs; a step is one run of each program among them. */
export function summarize(
  runs: readonly RecordedRun[],
  labels: Labels,
  { device, ceiling }: Pick<Profile, "device" | "ceiling">,
): Profile {
  const programs = [...new Set(runs.map(({ program }) => program))];
  const timed = programs.flatMap((program) => {
    const seconds = kernelSeconds(runs.filter((run) => run.program === program));
    return program.kernels.map((kernel, i) => ({ kernel, seconds: seconds[i]! }));
  });
  const total = timed.reduce((all, { seconds }) => all + seconds, 0);
  const kernels = timed.map(({ kernel, seconds }): KernelProfile => {
    const cost = costOf(kernel);
    return {
      ...labelOf(kernel, labels),
      ...{ op: opOf(kernel), work: workOf(kernel), seconds, share: total === 0 ? 0 : seconds / total },
      ...{ flops: cost.flops, bytes: cost.bytes, leastSeconds: leastSeconds(cost, ceiling) },
    };
  });
  const ops = groupBy(
    kernels,
    ({ op }) => op,
    ({ op }) => ({ op }),
  );
  return {
    ...{ device, ceiling, seconds: total, kernels, runs },
    ops: ops.sort((a, b) => b.seconds - a.seconds),
    layers: groupBy(
      kernels,
      ({ layer, phase }) => `${phase} ${layer}`,
      ({ layer, type, phase }) => ({ layer, type, phase }),
    ),
  };
}
