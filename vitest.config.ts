// How the tests run: units beside the source, whole-system tests under test/; "nabla" resolves to the source.
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

/** What `npm run check` runs: units, and the laws of the repository. */
const quick = [
  "src/**/*.test.ts",
  "studio/**/*.test.ts",
  "test/import-law.test.ts",
  "test/repository.test.ts",
];

export default defineConfig({
  resolve: {
    alias: [
      { find: "#open-host", replacement: source("device/cpu/open-host.node.ts") },
      { find: /^nabla$/, replacement: source("index.ts") },
      { find: /^nabla\/(\w+)\/node$/, replacement: source("$1/index.node.ts") },
      { find: /^nabla\/(\w+)$/, replacement: source("$1/index.ts") },
    ],
  },
  test: {
    projects: [
      { extends: true, test: { name: "quick", include: quick } },
      {
        extends: true,
        test: {
          name: "system",
          include: ["test/**/*.test.ts", "bench/**/*.test.ts"],
          exclude: [...quick, "test/studio/**"],
        },
      },
      {
        extends: true,
        test: {
          name: "browser",
          include: ["test/studio/**/*.test.ts"],
          globalSetup: ["test/studio/serve.ts"],
        },
      },
    ],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A page answers when its engine has: on a busy machine that takes a while.
    expect: { poll: { timeout: 20_000 } },
    // The default leaves one processor idle, which is half of a small machine.
    maxWorkers: availableParallelism(),
  },
});
