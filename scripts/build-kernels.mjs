// Builds the C kernels: dist/native/nabla.node with the system's C compiler (once per instruction set) and the WASM
// variants with a clang that is itself WASM, as many at once as there are processors. Skips what is up to date. Knows
// nothing of what the kernels compute.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";

const USAGE = `Usage: node scripts/build-kernels.mjs [--debug] [--sanitize] [--native] [--wasm] [--force] [--installed]
  --debug      no optimisation, with debug information
  --sanitize   native part with address and undefined-behaviour sanitizers
  --native     only the native addon      --wasm   only the WASM variants
  --force      build even what is up to date
  --installed  as npm calls it where the package is installed: the native addon if it can be had, and never a failure;
               nothing in a clone, where \`npm run build\` builds it all
$CC names the C compiler.`;

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const kernels = join(root, "kernels");
const out = join(root, "dist", "native");
const flags = new Set(process.argv.slice(2));
const known = ["--debug", "--sanitize", "--native", "--wasm", "--force", "--installed", "--help"];

const optimise = flags.has("--debug") ? ["-O1", "-g"] : ["-O3"];
const common = [
  "-std=gnu11",
  "-ffp-contract=fast",
  "-fno-math-errno",
  "-fno-trapping-math",
  "-Wall",
  "-Wno-unused-function",
];
const sanitize = flags.has("--sanitize") ? ["-g", "-fsanitize=address,undefined"] : [];

/** Flags of each instruction set the native addon is built for, best first. */
const targets = {
  x64: {
    avx512: ["-mavx512f", "-mavx512dq", "-mavx512bw", "-mavx512vl", "-mavx2", "-mfma"],
    avx2: ["-mavx2", "-mfma"],
    baseline: [],
  },
  arm64: { neon: [] },
};

const wasmCompile = [
  "--target=wasm32-unknown-unknown",
  "-msimd128",
  "-mbulk-memory",
  "-matomics",
  "-ffreestanding",
];
const wasmLink = [
  "--target=wasm32-unknown-unknown",
  "-nostdlib",
  "-Wl,--import-memory",
  "-Wl,--max-memory=4294967296",
  "-Wl,--no-entry",
  "-Wl,--export=__heap_base",
  "-Wl,--export=__stack_pointer",
  "-Wl,-z,stack-size=1048576",
];
/**
 * The WASM variants by what they are compiled with. Those named `single`, for pages without shared memory, are the
 * same code: atomic operations are allowed on memory that is not shared, and no thread ever waits there.
 */
const wasmObjects = [
  { flags: [], modules: { "nabla.wasm": ["-Wl,--shared-memory"], "nabla-single.wasm": [] } },
  {
    flags: ["-mrelaxed-simd"],
    modules: { "nabla-relaxed.wasm": ["-Wl,--shared-memory"], "nabla-relaxed-single.wasm": [] },
  },
];

/** Every C source by its path below kernels/, the test harnesses left out. */
async function readSources() {
  const names = (await readdir(kernels, { recursive: true })).map((name) => name.replaceAll("\\", "/"));
  const wanted = names.filter((name) => /\.[ch]$/.test(name) && !name.startsWith("test/")).sort();
  const texts = await Promise.all(wanted.map((name) => readFile(join(kernels, name), "utf8")));
  return new Map(wanted.map((name, index) => [name, texts[index]]));
}

/** As many compilers run at once as there are processors, in the order asked for. */
const turns = { free: availableParallelism(), waiting: [] };
async function inTurn(work) {
  if (turns.free > 0) turns.free--;
  else await new Promise((resolve) => turns.waiting.push(resolve));
  try {
    return await work();
  } finally {
    const next = turns.waiting.shift();
    if (next) next();
    else turns.free++;
  }
}

/** The digest that built kernels carry of what an instruction is; src/device/cpu/build-script.node.ts makes the same. */
function interfaceFlag(sources) {
  const hash = createHash("sha256");
  for (const name of ["instructions.h", "opcodes.h"]) hash.update(sources.get(name));
  return `-DINTERFACE=${hash.digest("hex").slice(0, 16)}`;
}

function digest(sources, parts) {
  const hash = createHash("sha256");
  for (const [name, text] of sources) hash.update(`${name}\0${text}\0`);
  return hash.update(JSON.stringify(parts)).digest("hex");
}

const stampOf = (name) => join(out, `${name}.hash`);

async function isCurrent(name, stamp) {
  if (flags.has("--force")) return false;
  const [seen] = await Promise.all([
    readFile(stampOf(name), "utf8").catch(() => ""),
    readFile(join(out, name)).catch(() => ""),
  ]);
  return seen === stamp && (await readdir(out)).includes(name);
}

/** Puts a finished file in place in one move, so that nobody loads half of it. */
async function install(name, stamp, write) {
  const partial = join(out, `.${name}.${process.pid}`);
  await write(partial);
  await rename(partial, join(out, name));
  await writeFile(stampOf(name), stamp);
}

async function findCompiler() {
  for (const name of [process.env.CC, "cc", "gcc", "clang"]) {
    if (!name) continue;
    const version = await run(name, ["--version"]).catch(() => undefined);
    if (version) return { name, version: version.stdout.split("\n")[0] };
  }
  return undefined;
}

async function buildNative(sources) {
  const sets = targets[process.arch];
  const compiler = process.platform === "win32" || !sets ? undefined : await findCompiler();
  if (!compiler) {
    const later =
      process.platform === "win32" || !sets
        ? ""
        : "; with one, `npx nabla doctor --build` builds the native ones";
    return console.log(`kernels: no C compiler for this machine, so the WASM kernels are used${later}`);
  }
  const stamp = digest(sources, [compiler.version, optimise, common, sanitize, sets, process.version]);
  if (await isCurrent("nabla.node", stamp)) return console.log("kernels: nabla.node is up to date");
  const work = join(tmpdir(), `nabla-kernels-${process.pid}`);
  await mkdir(work, { recursive: true });
  const { include_dir: api } = require("node-api-headers");
  const base = [
    ...optimise,
    ...common,
    ...sanitize,
    interfaceFlag(sources),
    "-fPIC",
    "-fvisibility=hidden",
    "-pthread",
    "-Wno-psabi",
  ];
  const compile = async (source, object, extra) => {
    const args = [...base, ...extra, "-c", join(kernels, source), "-o", join(work, object)];
    await inTurn(() => run(compiler.name, args));
    return join(work, object);
  };
  try {
    const objects = await Promise.all([
      ...Object.entries(sets).map(([isa, isaFlags]) => compile("all.c", `${isa}.o`, isaFlags)),
      compile("program.c", "program.o", []),
      compile("threads.c", "threads.o", []),
      compile("platform/node.c", "node.o", ["-I", api]),
    ]);
    const link =
      process.platform === "darwin"
        ? ["-bundle", "-undefined", "dynamic_lookup"]
        : ["-shared", "-Wl,-z,nodelete", "-Wl,-z,noexecstack"];
    await install("nabla.node", stamp, (file) =>
      run(compiler.name, [...link, ...sanitize, "-pthread", ...objects, "-lm", "-o", file]),
    );
    console.log(`kernels: built nabla.node (${Object.keys(sets).join(", ")}) with ${compiler.version}`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** What is run to build the WASM modules of one object, and the stamp of what they are built from. */
function planOf({ flags, modules }, sources) {
  const compile = [...optimise, ...common, interfaceFlag(sources), ...wasmCompile, ...flags, "-iquote", "."];
  const commands = [{ args: [...compile, "-c", "platform/wasm.c"], output: "kernels.o" }];
  for (const [name, extra] of Object.entries(modules))
    commands.push({ args: [...wasmLink, ...extra, "kernels.o"], output: name });
  return { names: Object.keys(modules), commands, stamp: digest(sources, commands) };
}

const compileWasm = (sources, commands) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL("wasm-clang.mjs", import.meta.url), {
      workerData: { sources, commands },
    });
    worker.once("message", resolve);
    worker.once("error", reject);
  });

async function buildWasm(sources) {
  const isStale = async ({ names, stamp }) =>
    !(await Promise.all(names.map((name) => isCurrent(name, stamp)))).every(Boolean);
  const plans = wasmObjects.map((object) => planOf(object, sources));
  const stale = [];
  for (const plan of plans) if (await isStale(plan)) stale.push(plan);
  if (stale.length === 0) return console.log("kernels: WASM is up to date");
  try {
    require.resolve("@yowasp/clang/package.json");
  } catch (error) {
    if (error.code === "MODULE_NOT_FOUND")
      return console.log("kernels: @yowasp/clang is not installed, WASM kernels not built");
  }
  const build = async ({ names, commands, stamp }) => {
    const { outputs, said, failure } = await inTurn(() => compileWasm(sources, commands));
    if (failure) throw new Error(`${names.join(", ")}: ${failure}\n${said}`);
    if (said !== "") console.log(said);
    for (const name of names) await install(name, stamp, (file) => writeFile(file, outputs.get(name)));
    console.log(`kernels: built ${names.join(", ")}`);
  };
  await Promise.all(stale.map(build));
}

async function main() {
  const unknown = [...flags].filter((flag) => !known.includes(flag));
  if (flags.has("--help") || unknown.length > 0) {
    console.log(unknown.length > 0 ? `unknown option ${unknown.join(" ")}\n${USAGE}` : USAGE);
    process.exitCode = unknown.length > 0 ? 2 : 0;
    return;
  }
  if (flags.has("--installed") && existsSync(join(root, "tsconfig.build.json"))) return;
  await mkdir(out, { recursive: true });
  const sources = await readSources();
  const [isNative, isWasm] = [!flags.has("--wasm"), !flags.has("--native") && !flags.has("--installed")];
  // The WASM clang takes longest, so it has the first turns.
  await Promise.all([...(isWasm ? [buildWasm(sources)] : []), ...(isNative ? [buildNative(sources)] : [])]);
}

main().catch((error) => {
  console.error(`kernels: ${error.stderr || error.message}`);
  if (flags.has("--installed"))
    console.error(
      "kernels: the native ones could not be built, so the WASM kernels are used; `npx nabla doctor --build` tries again",
    );
  else process.exitCode = 1;
});
