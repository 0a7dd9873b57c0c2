// Folders made one in another, by several at once, and where none can be made.
import { existsSync } from "node:fs";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeFolder } from "./make-folder.node.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "nabla-make-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("makeFolder", () => {
  it("makes what is missing, also when several ask at once, and takes what is there", async () => {
    const path = join(folder, "a", "b", "c");
    await Promise.all([makeFolder(path), makeFolder(path), makeFolder(join(folder, "a", "d"))]);
    expect((await stat(path)).isDirectory()).toBe(true);
    expect(await makeFolder(path)).toEqual([]);
    expect(await makeFolder(folder)).toEqual([]);
  });

  it("gives the folders that it made, the deepest first", async () => {
    const path = join(folder, "a", "b");
    expect(await makeFolder(path)).toEqual([path, join(folder, "a")]);
  });

  it("refuses a place that is a file, or inside one", async () => {
    await writeFile(join(folder, "file"), "");
    await expect(makeFolder(join(folder, "file"))).rejects.toMatchObject({ code: "EEXIST" });
    await expect(makeFolder(join(folder, "file", "a", "b"))).rejects.toMatchObject({ code: "ENOTDIR" });
  });

  it.skipIf(!existsSync("/proc/self"))(
    "ends where the system says that there is no such folder",
    async () => {
      await expect(makeFolder("/proc/nabla/run")).rejects.toMatchObject({
        code: expect.stringMatching(/ENOENT|EACCES/),
      });
    },
  );
});
