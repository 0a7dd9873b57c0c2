// Holds the sources to the import law, and the law's checker to fixture graphs that break it.
import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { describe, expect, it } from "vitest";
import { violationsOf } from "./import-law.ts";
import { importsOf, listFiles, root } from "./source-files.ts";

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  exports: Record<string, unknown>;
  imports?: Record<string, Record<string, string>>;
};
const exported = Object.keys(manifest.exports).map((subpath) => subpath.replace(/^\./, "nabla"));
const conditional = Object.fromEntries(
  Object.entries(manifest.imports ?? {}).map(([name, conditions]) => [
    name,
    Object.values(conditions).map((path) => path.replace(/^\.\/dist\/(.*)\.js$/, "src/$1.ts")),
  ]),
);

/** Violations of a graph given as path → text. */
const judge = (files: Record<string, string>): string[] =>
  violationsOf(
    Object.entries(files).map(([path, text]) => ({ path, text })),
    {
      exported: ["nabla", "nabla/nn"],
      conditional: { "#open": ["src/device/open.node.ts", "src/device/open.ts"] },
    },
  );

describe("the sources", () => {
  it("follow the import law", () => {
    const files = listFiles(["src", "studio", "examples", "bench"], /\.tsx?$/);
    expect(files.length).toBeGreaterThan(3);
    expect(violationsOf(files, { exported, conditional })).toEqual([]);
  });
});

describe("the checker accepts", () => {
  it("imports to the left, the exceptions, and node: where it belongs", () => {
    const files = {
      "src/ir/node.ts": 'import { x } from "../base/errors.ts";',
      "src/data/png.ts": 'import { y } from "../formats/png.ts";',
      "src/data/open.node.ts": 'import { readFile } from "node:fs/promises";',
      "src/onnx/decode.ts": 'import { PbfReader } from "pbf";',
      "src/data/open.ts": 'export const open = () => import("./open.node.ts");',
      "src/device/current.ts": 'import { openHost } from "#open";',
      "src/cli/main.ts": 'import { Command } from "commander";\nimport { z } from "../server/serve.ts";',
      "src/nn/linear.test.ts": 'import { fit } from "../train/fit.ts";',
      "bench/gemm.ts": 'import { matmul } from "../src/ops/linalg.ts";',
      "examples/digits.ts": 'import { nn } from "nabla";\nimport { linear } from "nabla/nn";',
    };
    expect(judge(files)).toEqual([]);
  });
});

describe("the checker catches", () => {
  const cases: [string, Record<string, string>, RegExp][] = [
    [
      "an import to the right",
      { "src/ops/map.ts": 'import { t } from "../tensor/tensor.ts";' },
      /ops is not to the/,
    ],
    [
      "a type to the right",
      { "src/base/a.ts": 'import type { N } from "../ir/node.ts";' },
      /base is not to the/,
    ],
    [
      "a sibling layer",
      { "src/nn/a.ts": 'export { adam } from "../optim/adam.ts";' },
      /nn is not to the right of/,
    ],
    [
      "formats → data",
      { "src/formats/a.ts": 'import { b } from "../data/b.ts";' },
      /formats is not to the right/,
    ],
    [
      "an unknown layer",
      { "src/misc/a.ts": 'import { b } from "../base/b.ts";' },
      /src\/misc is not a layer/,
    ],
    [
      "a multi-line import",
      { "src/ir/a.ts": 'import {\n  b,\n  c,\n} from "../nn/b.ts";' },
      /ir is not to the right/,
    ],
    [
      "node: in the engine",
      { "src/nn/a.ts": 'import { join, posix } from "node:path";' },
      /Node's modules belong/,
    ],
    ["a lazy node:", { "src/nn/a.ts": 'const fs = await import("node:fs");' }, /Node's modules belong/],
    [
      "a #name to the right",
      { "src/ir/a.ts": 'import { b } from "#open";' },
      /ir is not to the right of device/,
    ],
    ["a #name nobody declared", { "src/ir/a.ts": 'import { b } from "#other";' }, /no runtime dependency/],
    ["a package in the engine", { "src/nn/a.ts": 'import z from "zod";' }, /no runtime dependency/],
    ["another package in onnx", { "src/onnx/a.ts": 'import z from "zod";' }, /no runtime dependency/],
    ["onnx's package elsewhere", { "src/formats/a.ts": 'import { PbfReader } from "pbf";' }, /no runtime/],
    ["*.node.ts in a browser", { "src/data/a.ts": 'import { b } from "./b.node.ts";' }, /only by import\(\)/],
    [
      "a worker by URL",
      { "src/ir/a.ts": 'new Worker(new URL("../nn/w.ts", import.meta.url))' },
      /ir is not to the/,
    ],
    ["a test as a source", { "src/nn/a.ts": 'import "./b.test.ts";' }, /no source imports a test/],
    ["a path out of src", { "src/nn/a.ts": 'import "../../test/b.ts";' }, /only from src/],
    [
      "the studio reaching inside",
      { "studio/a.ts": 'import { b } from "../src/nn/b.ts";' },
      /nabla or nabla/,
    ],
    [
      "the benchmark reaching into layers",
      { "bench/a.ts": 'import { b } from "../src/nn/b.ts";' },
      /nabla or nabla/,
    ],
    ["a subpath not exported", { "bench/a.ts": 'import { b } from "nabla/ir";' }, /not a subpath/],
    ["node: in the studio", { "studio/a.ts": 'import "node:fs";' }, /runs in a browser/],
    [
      "a cycle, types included",
      { "src/ir/a.ts": 'import type { B } from "./b.ts";', "src/ir/b.ts": 'import { a } from "./a.ts";' },
      /cycle: src\/ir\/a\.ts → src\/ir\/b\.ts → src\/ir\/a\.ts/,
    ],
  ];
  it.each(cases)("%s", (_name, files, expected) => {
    const found = judge(files);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(expected);
  });
});

describe("importsOf", () => {
  it("tells static, type and dynamic imports apart and passes over comments", () => {
    const text = [
      '// import { no } from "./comment.ts";',
      "/** For example:",
      ' * import { no } from "./docstring.ts"; */',
      'import { a } from "./a.ts";',
      'import type { B } from "./b.ts";',
      'export * from "./c.ts";',
      'const d = await import("./d.ts");',
      'const text = "imported from " + "./no.ts";',
    ].join("\n");
    expect(importsOf(text)).toEqual([
      { specifier: "./a.ts", mode: "static" },
      { specifier: "./b.ts", mode: "type" },
      { specifier: "./c.ts", mode: "static" },
      { specifier: "./d.ts", mode: "dynamic" },
    ]);
  });
});

describe("the studio's page", () => {
  it("never loads the engine in its own thread", () => {
    const files = new Map(
      listFiles(["studio"], /\.tsx?$/).map(({ path, text }) => [path, importsOf(text)] as const),
    );
    const [seen, found] = [new Set<string>(), [] as string[]];
    const visit = (path: string): void => {
      // A worker is a thread of its own; a program that is handed out is text.
      if (seen.has(path) || /\/(worker|code)\.ts$/.test(path)) return;
      seen.add(path);
      for (const { specifier, mode } of files.get(path) ?? []) {
        if (mode === "type") continue;
        if (specifier.startsWith(".")) visit(posix.join(posix.dirname(path), specifier));
        // Addresses of the server's routes, and what they answer.
        else if (/^nabla(?!\/server$)/.test(specifier)) found.push(`${path} loads ${specifier}`);
      }
    };
    for (const path of files.keys()) if (path.endsWith(".tsx")) visit(path);
    expect(found).toEqual([]);
    expect(seen.size).toBeGreaterThan(100);
  });
});
