// How the tests run: units beside the source, whole-system tests under test/; "nabla" resolves to the source.
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

/** The laws of the repository, which `npm run check` tests with the units. */
const laws = ["test/import-law.test.ts", "test/repository.test.ts"];
/** Units that train, or take more than half a second for another reason: not for every check. */
const slow = "{src,studio}/**/*.slow.test.ts";

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
      {
        extends: true,
        test: { name: "quick", include: ["{src,studio}/**/*.test.ts", ...laws], exclude: [slow] },
      },
      {
        extends: true,
        test: {
          name: "system",
          include: ["test/**/*.test.ts", "bench/**/*.test.ts", slow],
          exclude: [...laws, "test/studio/**"],
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
