// The import law, as a function from files to violations, so that a test can also feed it a graph that breaks it.
//
//   base ← ir ← ops ← compile ← device ← tensor ← {nn, optim, descent, data, formats} ← train ← {explain, profile, onnx, index} ← {server, cli}
//
// A file imports only from its own layer or from layers to its left. Layers in braces do not import each other,
// with two exceptions: data → formats (parsers of image files) and cli → server (the command that starts it).
import { posix } from "node:path";
import { type Import, importsOf, type SourceFile } from "./source-files.ts";

const LAYERS: readonly (readonly string[])[] = [
  ["base"],
  ["ir"],
  ["ops"],
  ["compile"],
  ["device"],
  ["tensor"],
  ["nn", "optim", "descent", "data", "formats"],
  ["train"],
  ["explain", "profile", "onnx", "index"],
  ["server", "cli"],
];
const BESIDE = new Set(["data → formats", "cli → server"]);
/** The one package that a file of the engine may import: it reads and writes the protocol buffers that ONNX is made of. */
const PACKAGES: ReadonlySet<string> = new Set(["onnx → pbf"]);
const OUTSIDE = ["studio", "examples", "bench"];
/** Where the benchmark, which also times single kernels, may reach below the public API. */
const BENCHED = ["base", "ir", "ops", "compile", "device"];

const isTest = (path: string): boolean => path.endsWith(".test.ts");
const layerOf = (path: string): string => path.split("/")[1]?.replace(/\.ts$/, "") ?? "";
const rankOf = (layer: string): number => LAYERS.findIndex((names) => names.includes(layer));

/** True for files that may use Node's own modules and packages: cli, server and `*.node.ts`. */
const isNodeOnly = (path: string): boolean =>
  path.endsWith(".node.ts") || layerOf(path) === "cli" || layerOf(path) === "server";

/** What package.json says of imports: the subpaths others may use, and the sources that a `#name` stands for. */
export interface Manifest {
  /** `nabla`, `nabla/nn`. */
  readonly exported: readonly string[];
  /** `#open-host` → its sources, one for each condition. */
  readonly conditional: Readonly<Record<string, readonly string[]>>;
}

/** Every breach of the import law among `files`, one line each. */
export function violationsOf(files: readonly SourceFile[], { exported, conditional }: Manifest): string[] {
  const found: string[] = [];
  const edges = new Map<string, string[]>();
  for (const { path, text } of files) {
    const outside = OUTSIDE.includes(path.split("/")[0] ?? "");
    if (!outside && isTest(path)) continue;
    const targets: string[] = [];
    for (const item of importsOf(text)) {
      const own = targetsOf(path, item, conditional);
      targets.push(...own);
      const reason = outside
        ? outsideReason(path, item, own[0], exported)
        : [...(own.length > 0 ? own : [undefined])]
            .map((target) => insideReason(path, item, target))
            .find(Boolean);
      if (reason) found.push(`${path} imports ${item.specifier}: ${reason}`);
    }
    edges.set(path, targets);
  }
  return [...found, ...cyclesOf(edges).map((cycle) => `cycle: ${cycle.join(" → ")}`)];
}

/** The files of this repository that an import may load; none for a package. */
function targetsOf(
  path: string,
  { specifier }: Import,
  conditional: Manifest["conditional"],
): readonly string[] {
  if (specifier.startsWith(".")) return [posix.join(posix.dirname(path), specifier)];
  return conditional[specifier] ?? [];
}

function insideReason(path: string, item: Import, target: string | undefined): string | undefined {
  if (target === undefined) {
    if (isNodeOnly(path) || PACKAGES.has(`${layerOf(path)} → ${item.specifier}`)) return undefined;
    return item.specifier.startsWith("node:")
      ? "Node's modules belong to cli, server and *.node.ts"
      : "packages belong to cli, server and *.node.ts; the engine has no runtime dependency";
  }
  if (!target.startsWith("src/")) return "a source file imports only from src/";
  if (isTest(target)) return "no source imports a test";
  // A `#name` stands for a *.node.ts file in Node only.
  const isConditional = item.specifier.startsWith("#");
  if (target.endsWith(".node.ts") && item.mode === "static" && !isConditional && !isNodeOnly(path)) {
    return "a file that runs in a browser loads *.node.ts only by import()";
  }
  const [from, to] = [layerOf(path), layerOf(target)];
  if (rankOf(from) < 0) return `src/${from} is not a layer of the import law`;
  if (from === to || BESIDE.has(`${from} → ${to}`)) return undefined;
  return rankOf(to) < rankOf(from) ? undefined : `${from} is not to the right of ${to}`;
}

function outsideReason(
  path: string,
  { specifier }: Import,
  target: string | undefined,
  exported: readonly string[],
): string | undefined {
  const home = path.split("/")[0] as string;
  if (target !== undefined) {
    const isBenched = home === "bench" && target.startsWith("src/") && BENCHED.includes(layerOf(target));
    return target.startsWith(`${home}/`) || isBenched
      ? undefined
      : "outside src/ the engine is reached as nabla or nabla/*";
  }
  if (specifier === "nabla" || specifier.startsWith("nabla/")) {
    return exported.includes(specifier) ? undefined : "not a subpath that package.json exports";
  }
  const isConfig = /(^|\/)vite\.config\.ts$/.test(path);
  if (home === "studio" && specifier.startsWith("node:") && !isConfig && !isTest(path)) {
    return "the studio runs in a browser";
  }
  return undefined;
}

/** Import cycles of a graph of files, each once, as the paths along it with the first repeated at the end. */
export function cyclesOf(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (path: string): void => {
    const start = trail.indexOf(path);
    if (start >= 0) {
      cycles.push([...trail.slice(start), path]);
      return;
    }
    if (done.has(path)) return;
    trail.push(path);
    for (const target of edges.get(path) ?? []) visit(target);
    trail.pop();
    done.add(path);
  };
  for (const path of edges.keys()) visit(path);
  return cycles;
}
