// Builds the C kernels: dist/native/nabla.node with the system's C compiler (once per instruction set) and the WASM
// variants with a clang that is itself WASM. Skips what is up to date. Knows nothing of what the kernels compute.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const USAGE = `Usage: node scripts/build-kernels.mjs [--debug] [--sanitize] [--native] [--wasm] [--force]
  --debug      no optimisation, with debug information
  --sanitize   native part with address and undefined-behaviour sanitizers
  --native     only the native addon      --wasm   only the WASM variants
  --force      build even what is up to date
$CC names the C compiler.`;

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const kernels = join(root, "kernels");
const out = join(root, "dist", "native");
const flags = new Set(process.argv.slice(2));
const known = ["--debug", "--sanitize", "--native", "--wasm", "--force", "--help"];

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

const wasmCommon = [
  "--target=wasm32-unknown-unknown",
  "-msimd128",
  "-mbulk-memory",
  "-nostdlib",
  "-ffreestanding",
];
const shared = ["-matomics", "-Wl,--import-memory", "-Wl,--shared-memory", "-Wl,--max-memory=4294967296"];
/** The WASM variants: flags beside the common ones. `single` is for pages without shared memory. */
const wasmVariants = {
  "nabla.wasm": shared,
  "nabla-relaxed.wasm": [...shared, "-mrelaxed-simd"],
  "nabla-single.wasm": ["-Wl,--import-memory", "-Wl,--max-memory=4294967296"],
};

/** Every C source by its path below kernels/, the test harnesses left out. */
async function readSources() {
  const names = (await readdir(kernels, { recursive: true })).map((name) => name.replaceAll("\\", "/"));
  const wanted = names.filter((name) => /\.[ch]$/.test(name) && !name.startsWith("test/")).sort();
  const texts = await Promise.all(wanted.map((name) => readFile(join(kernels, name), "utf8")));
  return new Map(wanted.map((name, index) => [name, texts[index]]));
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
  if (!compiler) return console.log("kernels: no C compiler for this machine, the WASM kernels will be used");
  const stamp = digest(sources, [compiler.version, optimise, common, sanitize, sets, process.version]);
  if (await isCurrent("nabla.node", stamp)) return console.log("kernels: nabla.node is up to date");
  const work = join(tmpdir(), `nabla-kernels-${process.pid}`);
  await mkdir(work, { recursive: true });
  const { include_dir: api } = require("node-api-headers");
  const base = [
    ...optimise,
    ...common,
    ...sanitize,
    "-fPIC",
    "-fvisibility=hidden",
    "-pthread",
    "-Wno-psabi",
  ];
  const compile = async (source, object, extra) => {
    await run(compiler.name, [...base, ...extra, "-c", join(kernels, source), "-o", join(work, object)]);
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

/** The sources as the nested folders the WASM clang wants. */
function treeOf(sources) {
  const tree = {};
  for (const [path, text] of sources) {
    const parts = path.split("/");
    let folder = tree;
    for (const part of parts.slice(0, -1)) {
      folder[part] ??= {};
      folder = folder[part];
    }
    folder[parts.at(-1)] = text;
  }
  return tree;
}

async function buildWasm(sources) {
  const stale = [];
  for (const [name, extra] of Object.entries(wasmVariants)) {
    const args = [
      "clang",
      ...optimise,
      ...common,
      ...wasmCommon,
      ...extra,
      "-Wl,--no-entry",
      "-Wl,--export=__heap_base",
    ];
    args.push(
      "-Wl,--export=__stack_pointer",
      "-Wl,-z,stack-size=1048576",
      "-iquote",
      ".",
      "platform/wasm.c",
      "-o",
      "out.wasm",
    );
    const stamp = digest(sources, args);
    if (!(await isCurrent(name, stamp))) stale.push({ name, args, stamp });
  }
  if (stale.length === 0) return console.log("kernels: WASM is up to date");
  const { runClang, runLLVM } = await import("@yowasp/clang").catch(() => ({}));
  if (!runClang) return console.log("kernels: @yowasp/clang is not installed, WASM kernels not built");
  await runLLVM(undefined, {}, { fetchProgress: () => {} }); // loads the compiler without reporting it
  for (const { name, args, stamp } of stale) {
    const errors = [];
    const stderr = (bytes) => void (bytes && errors.push(Buffer.from(bytes)));
    const files = await runClang(args, treeOf(sources), { stderr, stdout: stderr }).catch((error) => {
      throw new Error(`${name}: clang failed\n${Buffer.concat(errors)}${error.message ?? ""}`);
    });
    if (errors.length > 0) console.log(Buffer.concat(errors).toString());
    await install(name, stamp, (file) => writeFile(file, files["out.wasm"]));
    console.log(`kernels: built ${name}`);
  }
}

async function main() {
  const unknown = [...flags].filter((flag) => !known.includes(flag));
  if (flags.has("--help") || unknown.length > 0) {
    console.log(unknown.length > 0 ? `unknown option ${unknown.join(" ")}\n${USAGE}` : USAGE);
    process.exitCode = unknown.length > 0 ? 2 : 0;
    return;
  }
  await mkdir(out, { recursive: true });
  const sources = await readSources();
  if (!flags.has("--wasm")) await buildNative(sources);
  if (!flags.has("--native")) await buildWasm(sources);
}

main().catch((error) => {
  console.error(`kernels: ${error.stderr || error.message}`);
  process.exitCode = 1;
});
