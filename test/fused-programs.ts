// kernels/fused_programs.h as it should be: the map programs that training spends its time in, found by training small nets with
// every optimiser for a step or two and keeping the maps over many elements.
import type { Kernel } from "../src/compile/program.ts";
import type { CpuDevice } from "../src/device/cpu/cpu-device.ts";
import { encodeKernel } from "../src/device/cpu/encode.ts";
import { programText } from "../src/device/cpu/fused.ts";
import * as nabla from "../src/index.ts";
import { type Device, type Layer, nn, optim, type Tensor } from "../src/index.ts";
import type { Graph } from "../src/ir/node.ts";

/** Maps over fewer elements are left to the interpreter: what they take is the call. */
const LEAST_ELEMENTS = 1024;

const RATE = 1e-3;
const IMAGE = [1, 28, 28] as const;

const { adam, adamW, lion, rmsprop, sgd } = optim;
const optimizers: Readonly<Record<string, optim.Optimizer>> = {
  sgd: sgd(),
  "sgd with momentum": sgd({ momentum: 0.9 }),
  "sgd with Nesterov's momentum": sgd({ momentum: 0.9, nesterov: true }),
  "sgd with momentum and decay": sgd({ momentum: 0.9, weightDecay: 5e-4 }),
  adam: adam(),
  adamW: adamW(),
  rmsprop: rmsprop(),
  lion: lion(),
};
const nets = ["cnn", "simpleCnn", "lenet5", "mobilenet", "resnet20", "convMixer"];

/** The first product's weight gradient at batch 1 is a map of its own only where it is large. */
const dense = (hidden: number): Layer =>
  nn.sequential(nn.flatten(), nn.linear(hidden), nn.relu(), nn.linear(10));

/** An epoch of two steps, the rate an input of each. */
async function fitted(net: Layer, optimizer: optim.Optimizer, batchSize: number): Promise<void> {
  const digits = nabla.data.generateDigits({ train: 2 * batchSize, test: 1 });
  for await (const _ of nabla.fit(net, digits, { optimizer, batchSize, epochs: 1, validation: 0 }));
}

/** A step of a loop of one's own, the rate a constant. */
async function stepped(layer: Layer, optimizer: optim.Optimizer, batchSize: number): Promise<void> {
  const net = nabla.initialize(layer, IMAGE, { seed: 1 });
  const parameters = nn.parametersOf(net);
  optimizer.init(parameters);
  const step = nabla.compile((x: Tensor, y: Tensor) => {
    const loss = nn.crossEntropy(nn.apply(net, x, nn.training()), y);
    optimizer.update(parameters, nabla.gradients(loss, parameters), nabla.full([], RATE));
    return loss;
  });
  await step(nabla.zeros([batchSize, ...IMAGE]), nabla.zeros([batchSize], { dtype: "int32" }));
}

type Case = readonly [title: string, train: () => Promise<void>];
const cases: readonly Case[] = [
  ...Object.entries(optimizers).flatMap(([name, optimizer]): Case[] => [
    [`${name}, fit`, () => fitted(dense(64), optimizer, 32)],
    [`${name}, own loop`, () => stepped(dense(64), optimizer, 32)],
    [`${name}, own loop, batch 1`, () => stepped(dense(512), optimizer, 1)],
  ]),
  ...nets.map((name): Case => {
    const net = () => nn.zoo[name]!({ classes: 10, shape: IMAGE });
    return [name, () => fitted(net(), optimizers["adamW"]!, 8)];
  }),
];

/** Calls `visit` with every kernel of what `device` loads meanwhile. */
async function watching(device: Device, visit: (kernel: Kernel) => void, work: () => Promise<void>) {
  const load = device.load;
  device.load = (graph: Graph) => {
    const executable = load.call(device, graph);
    (executable as unknown as { program: { kernels: Kernel[] } }).program.kernels.forEach(visit);
    return executable;
  };
  try {
    await work();
  } finally {
    device.load = load;
  }
}

/** The texts of the programs, each with where it was found first. */
async function findPrograms(device: CpuDevice): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const fields = (name: string) => device.host.layout.kernels.get(name)?.fields ?? [];
  for (const [title, train] of cases) {
    const visit = (kernel: Kernel): void => {
      const { map, kernel: name } = encodeKernel(kernel, () => 0, fields);
      const elements = map?.dims.reduce((product, dim) => product * dim, 1) ?? 0;
      if (map === undefined || map.outputs.length === 0 || elements < LEAST_ELEMENTS) return;
      const text = name === "reduce" ? undefined : programText(map);
      if (text !== undefined && !found.has(text)) found.set(text, `${title}: ${name}`);
    };
    await watching(device, visit, train);
  }
  return found;
}

/** A program as a macro that calls its arguments, one for each of the program's parts. */
function macroOf(text: string, number: number): string {
  const parts = text.match(/\w+\(.*?\)|\w+/g)!;
  const inputs = parts.filter((part) => part === "lanes" || part === "one").length;
  const isOutput = (part: string): boolean => /^r\d+$/.test(part);
  const firstOutput = parts.findIndex(isOutput);
  const calls = parts.map((part, k) => {
    const [, name, sources] = /^(\w+)\((.*)\)$/.exec(part) ?? [];
    if (name) return `DO(${k}, ${name}, ${sources})`;
    if (isOutput(part)) return `OUT(${inputs + k - firstOutput}, ${part})`;
    return part === "const" ? `CONST(${k}, ${k - inputs})` : `${part.toUpperCase()}(${k})`;
  });
  return `#define FUSED_${number}(LANES, ONE, CONST, DO, OUT) \\\n  ${calls.join(" ")}`;
}

const operandsOf = (text: string): number => text.match(/\blanes\b|\bone\b|\br\d+(?![\d,)])/g)!.length;

/** kernels/fused_programs.h as it should be. */
export async function fusedPrograms(device: CpuDevice): Promise<string> {
  const found = [...(await findPrograms(device))];
  const programs = found.map(([text, where], i) => `/* ${where} */\n${macroOf(text, i + 1)}\n`);
  const numbers = found.map((_, i) => `P(${i + 1})`).join(" ");
  return `/* The map programs that are compiled whole; fused.h makes loops of them. Written by \`npm run fused\` from what steps of
   training consist of; a test compares the two. Each is a list of parts: an input's elements side by side (LANES) or all at one
   place (ONE), constants, operations on values numbered in this order, outputs. */
#pragma once
#define FUSED_OPERANDS ${Math.max(...found.map(([text]) => operandsOf(text)))} /* inputs and outputs together, at most */

${programs.join("")}
#define FUSED_PROGRAMS(P) ${numbers}
`;
}
