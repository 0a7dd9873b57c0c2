// Finds the files this repository is made of, and what each imports. Reads text only: no compiler, no git,
// so that it also works on an unpacked archive. Knows nothing of which imports are allowed.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";

/** Absolute path of the repository's root. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** A file with its path relative to the root, in posix form. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** One import of a file: what it names, and whether it is evaluated when the file is loaded. */
export interface Import {
  readonly specifier: string;
  /** `static` runs on load, `dynamic` when reached, `type` never. */
  readonly mode: "static" | "dynamic" | "type";
}

const SKIPPED = new Set(["node_modules", "dist", "goldens", "prebuilds", "fixtures"]);

/** Folders of these names at the root alone: what building and training leave there. */
const SKIPPED_AT_ROOT = new Set(["build", "runs"]);

/** Every file under the given folders whose name matches `pattern`, in a stable order; missing folders are empty. */
export function listFiles(folders: readonly string[], pattern: RegExp): SourceFile[] {
  const found: SourceFile[] = [];
  const walk = (folder: string): void => {
    const entries = readdirSync(join(root, folder), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = posix.join(folder, entry.name);
      const isSkipped = SKIPPED.has(entry.name) || SKIPPED_AT_ROOT.has(path);
      if (entry.isDirectory() && !isSkipped) walk(path);
      if (entry.isFile() && pattern.test(entry.name)) {
        found.push({ path, text: readFileSync(join(root, path), "utf8") });
      }
    }
  };
  for (const folder of folders) if (existsSync(join(root, folder))) walk(folder);
  return found;
}

const FROM = /^[ \t]*(?:import|export)\s+(type\s)?[^;"'`=()]*?\bfrom\s*["']([^"'\n]+)["']/gm;
const BARE = /^[ \t]*import\s*["']([^"'\n]+)["']/gm;
const CALL = /\bimport\(\s*["']([^"'\n]+)["']/g;
// A worker's file is loaded by URL, which binds the two files as an import does.
const URL_OF = /new URL\(\s*["'](\.[^"'\n]+\.ts)["']\s*,\s*import\.meta\.url/g;

/** The imports of a TypeScript text, in order of kind; examples inside comments do not count. */
export function importsOf(text: string): Import[] {
  const code = text
    .split("\n")
    .filter((line) => !/^\s*(\/\/|\*|\/\*)/.test(line))
    .join("\n");
  const found: Import[] = [];
  for (const [, type, specifier] of code.matchAll(FROM)) {
    found.push({ specifier: specifier as string, mode: type ? "type" : "static" });
  }
  for (const [, specifier] of code.matchAll(BARE)) {
    found.push({ specifier: specifier as string, mode: "static" });
  }
  for (const [, specifier] of code.matchAll(CALL)) {
    found.push({ specifier: specifier as string, mode: "dynamic" });
  }
  for (const [, specifier] of code.matchAll(URL_OF)) {
    found.push({ specifier: specifier as string, mode: "dynamic" });
  }
  return found;
}
