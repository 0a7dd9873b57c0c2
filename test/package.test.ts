// The package as it is published: packed, unpacked in a project of its own beside its dependencies, imported and called.
// Reads dist/, which `npm test` builds first; needs no network and no compiler.
import { execFileSync, spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "./source-files.ts";

interface Manifest {
  readonly exports: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly bin: { readonly nabla: string };
}

const project = mkdtempSync(join(tmpdir(), "nabla-package-"));
const installed = join(project, "node_modules", "nabla");
const environment = { ...process.env, NABLA_CACHE: join(project, "cache"), NABLA_DEVICE: "wasm" };
let manifest: Manifest;

/** Runs a program in the project; gives what it printed, throws where it fails. */
const run = (file: string, ...args: readonly string[]): string =>
  execFileSync(file, args, {
    cwd: project,
    env: environment,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });

beforeAll(() => {
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const flags = ["pack", "--ignore-scripts", "--json", "--pack-destination", project];
  const packed = execFileSync(npm, flags, {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  mkdirSync(installed, { recursive: true });
  run("tar", "-xzf", join(project, filename), "-C", installed, "--strip-components=1");
  manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as Manifest;
  for (const name of Object.keys(manifest.dependencies)) {
    mkdirSync(dirname(join(project, "node_modules", name)), { recursive: true });
    symlinkSync(join(root, "node_modules", name), join(project, "node_modules", name), "junction");
  }
}, 60_000);
afterAll(() => rmSync(project, { recursive: true, force: true }));

describe("the packed package", () => {
  it("can be imported by each of its subpaths, and computes", () => {
    const paths = Object.keys(manifest.exports)
      .filter((path) => !path.endsWith(".json"))
      .map((path) => `nabla${path.slice(1)}`);
    expect(paths).toContain("nabla/train/node");
    const imports = paths.map((path, i) => `import * as m${i} from ${JSON.stringify(path)};`);
    const sizes = paths.map((_, i) => `Object.keys(m${i}).length`);
    writeFileSync(
      join(project, "use.mjs"),
      `${imports.join("\n")}\nimport { tensor } from "nabla";\n` +
        `const sum = await tensor([1, 2]).add(tensor([10, 20])).data();\n` +
        `console.log(JSON.stringify({ sizes: [${sizes.join(", ")}], sum: [...sum] }));\n`,
    );
    const { sizes: found, sum } = JSON.parse(run(process.execPath, "use.mjs")) as Record<string, number[]>;
    expect(found!.every((size) => size > 0)).toBe(true);
    expect(sum).toEqual([11, 22]);
  });

  it("brings the command", () => {
    const command = join(installed, manifest.bin.nabla);
    expect(run(process.execPath, command, "--version")).toMatch(/^\d+\.\d+\.\d+\n$/);
    const told = JSON.parse(run(process.execPath, command, "data", "--limit", "20", "--json")) as object;
    expect(told).toMatchObject({ type: "data", name: "digits", train: 20 });
  });

  it("is installed without a failure where there is no compiler, or one that does not work", () => {
    const install = (path: string) =>
      spawnSync(process.execPath, [join("scripts", "build-kernels.mjs"), "--installed"], {
        cwd: installed,
        env: { PATH: path },
        encoding: "utf8",
      });
    const without = install(join(project, "nowhere"));
    expect([without.status, without.stderr]).toEqual([0, ""]);
    expect(without.stdout).toMatch(
      /^kernels: no C compiler for this machine, so the WASM kernels are used.*\n$/,
    );
    if (process.platform === "win32") return;
    const tools = join(project, "tools");
    mkdirSync(tools);
    const script = '#!/bin/sh\n[ "$1" = --version ] && echo broken && exit 0\necho no header >&2; exit 1\n';
    writeFileSync(join(tools, "cc"), script, { mode: 0o755 });
    const broken = install(tools);
    expect(broken.status).toBe(0);
    expect(broken.stderr).toMatch(
      /^kernels: no header\n.*WASM kernels are used; `npx nabla doctor --build`/s,
    );
    expect(readdirSync(join(installed, "dist", "native")).filter((name) => /node/.test(name))).toEqual([]);
  });

  it("holds the sources of the kernels and no addon of one machine, tests or maps", () => {
    const files = readdirSync(installed, { recursive: true, encoding: "utf8" });
    expect(files).toEqual(
      expect.arrayContaining([join("kernels", "all.c"), join("scripts", "build-kernels.mjs")]),
    );
    expect(files.filter((file) => /\.(node|map)$|\.test\.|^kernels.test/.test(file))).toEqual([]);
  });
});
