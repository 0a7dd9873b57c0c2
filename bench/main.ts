// The benchmark's command line: `npm run bench -- [section …] [options]`. Measures the ceiling, then each section.
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { ConfigError } from "nabla";
import { benchAugment } from "./augment.ts";
import { measureCeiling } from "./ceiling.ts";
import type { Context, Options, Row, Section } from "./context.ts";
import { benchConv } from "./conv.ts";
import { benchGemm } from "./gemm.ts";
import { benchInference } from "./inference.ts";
import { benchLoader } from "./loader.ts";
import { benchMemory } from "./memory.ts";
import { cache } from "./native-program.ts";
import { benchOverhead } from "./overhead.ts";
import { Torch } from "./peers/torch.ts";
import { benchProfile } from "./profile.ts";
import { benchSteps } from "./step.ts";
import { benchStudio } from "./studio.ts";
import { benchWasm } from "./wasm.ts";

const SECTIONS: Readonly<Record<string, Section>> = {
  gemm: benchGemm,
  conv: benchConv,
  step: benchSteps,
  augment: benchAugment,
  wasm: benchWasm,
  overhead: benchOverhead,
  memory: benchMemory,
  inference: benchInference,
  loader: benchLoader,
  profile: benchProfile,
};

/** Sections that measure no arithmetic, and need neither the ceiling nor PyTorch. */
const APART: Readonly<Record<string, (options: Options) => Promise<Row[]>>> = { studio: benchStudio };
const NAMES = [...Object.keys(SECTIONS), ...Object.keys(APART)];

const USAGE = `npm run bench -- [${NAMES.join("|")}|all] [options]
  --quick          fewer and shorter bursts: to see that everything runs
  --seconds s      length of one burst (0.4)
  --rounds n       bursts of each side (7)
  --nets A,C       only these nets
  --batches 1,128  these batches instead of each net's own
  --scenes room,shift   of the studio, only scenes that begin so
  --traces folder       of the studio, each scene's trace for DevTools goes there
  --json file      where the figures go (node_modules/.cache/nabla-bench.json)
NABLA_PYTHON names a Python with PyTorch, NABLA_PEERS a folder whose node_modules hold other packages.`;

/** A positive number from the command line. */
function numberOf(name: string, text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new ConfigError(`--${name}: ${text} is not a positive number. Give one, as in --${name} 3.`, {
    text,
  });
}

const listOf = (text: string | undefined): string[] => (text === undefined ? [] : text.split(","));

function readOptions(): Options | undefined {
  const text = { type: "string" } as const;
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ...{ quick: { type: "boolean" }, help: { type: "boolean" } },
      ...{ json: text, seconds: text, rounds: text, nets: text, batches: text, scenes: text, traces: text },
    },
  });
  if (values.help === true) return undefined;
  const isAll = positionals.length === 0 || positionals.includes("all");
  const sections = isAll ? NAMES : positionals;
  const unknown = sections.find((name) => !NAMES.includes(name));
  if (unknown !== undefined) {
    throw new ConfigError(`bench: "${unknown}" is no section. Use ${NAMES.join(", ")} or all.`);
  }
  const isQuick = values.quick === true;
  return {
    sections,
    isQuick,
    seconds: numberOf("seconds", values.seconds, isQuick ? 0.1 : 0.4),
    rounds: numberOf("rounds", values.rounds, isQuick ? 2 : 7),
    nets: listOf(values.nets),
    batches: listOf(values.batches).map((batch) => numberOf("batches", batch, 1)),
    scenes: listOf(values.scenes),
    traces: values.traces,
    json: values.json ?? join(cache, "nabla-bench.json"),
  };
}

async function openContext(options: Options): Promise<Context> {
  const ceiling = await measureCeiling();
  const torch = await Torch.open();
  if (torch === undefined) console.log("PyTorch is left out: set NABLA_PYTHON to a Python that has it.\n");
  return { options, ceiling, torch };
}

async function main(): Promise<void> {
  const options = readOptions();
  if (options === undefined) return console.log(USAGE);
  const needsContext = options.sections.some((name) => name in SECTIONS);
  const context = needsContext ? await openContext(options) : undefined;
  const figures: Record<string, Row[]> = {};
  for (const name of options.sections) {
    figures[name] = await (APART[name]?.(options) ?? SECTIONS[name]!(context!));
  }
  context?.torch?.close();
  const machine = { cpu: cpus()[0]?.model, threads: availableParallelism(), node: process.version };
  mkdirSync(dirname(options.json), { recursive: true });
  const known = { ceiling: context?.ceiling, torch: context?.torch?.version };
  const report = { date: new Date().toISOString(), machine, ...known, figures };
  writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`figures: ${options.json}`);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
