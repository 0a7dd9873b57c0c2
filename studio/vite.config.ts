// How the studio is built: a static site in dist/studio that any web server can host at any path, with the engine's
// sources compiled in. The WASM kernels and their worker come from dist/, built before.
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin, runnerImport } from "vite";
import { setFormulas } from "./build/set-formulas.ts";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

const packages = [
  { find: /^nabla$/, replacement: path("../src/index.ts") },
  { find: /^nabla\/(\w+)$/, replacement: path("../src/$1/index.ts") },
];

// Threads of the engine need shared memory, which browsers give to isolated pages only.
const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; connect-src 'self'; media-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
};

/** KaTeX names each font in three formats; every browser that runs WASM reads the first. */
const onlyWoff2: Plugin = {
  name: "only-woff2",
  enforce: "pre",
  transform(code, id) {
    if (!id.includes("katex") || !id.includes(".css")) return undefined;
    return code.replace(/,url\([^)]+\.(?:woff|ttf)\)\s*format\("(?:woff|truetype)"\)/g, "");
  },
};

/** Has the engine answer the quiz before the page is built; a wrong key ends the build. */
const checkedQuiz: Plugin = {
  name: "checked-quiz",
  apply: "build",
  async buildStart() {
    const { module } = await runnerImport<typeof import("./labs/quiz/check.ts")>(path("labs/quiz/check.ts"), {
      configFile: false,
      logLevel: "error",
      resolve: {
        alias: [
          { find: "#open-host", replacement: path("../src/device/cpu/open-host.node.ts") },
          ...packages,
        ],
      },
    });
    if (module.wrong.length === 0) return;
    throw new Error(`quiz: the engine finds other answers to ${module.wrong.join(", ")}.`);
  },
};

export default defineConfig({
  root: path("."),
  base: "./",
  plugins: [onlyWoff2, checkedQuiz, setFormulas(path("widgets/formulas.ts"))],
  resolve: {
    alias: [{ find: "#open-host", replacement: path("../src/device/cpu/open-host.ts") }, ...packages],
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  worker: { format: "es" },
  build: {
    outDir: path("../dist/studio"),
    emptyOutDir: true,
    target: "es2022",
    // A data URL would need an exception in the page's content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  preview: { headers },
});
