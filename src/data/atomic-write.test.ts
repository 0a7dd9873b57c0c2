// Atomic writing: all or nothing, and no temporary file left behind.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DataError } from "../base/errors.ts";
import { atomicWrite } from "./atomic-write.node.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "nabla-write-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("atomicWrite", () => {
  it("writes bytes, text and streams, and makes folders", async () => {
    const path = join(folder, "deep", "er", "file");
    await atomicWrite(path, Uint8Array.of(1, 2, 3));
    expect([...(await readFile(path))]).toEqual([1, 2, 3]);
    await atomicWrite(path, "text");
    expect(await readFile(path, "utf8")).toBe("text");
    await atomicWrite(path, async (file) => {
      await file.writeFile("one ");
      await file.writeFile("two");
    });
    expect(await readFile(path, "utf8")).toBe("one two");
    expect(await readdir(join(folder, "deep", "er"))).toEqual(["file"]);
  });

  it("leaves the old file and nothing else when the content fails half-way", async () => {
    const path = join(folder, "file");
    await writeFile(path, "old");
    const failure = new Error("no more");
    const write = atomicWrite(path, async (file) => {
      await file.writeFile("ne");
      throw failure;
    });
    await expect(write).rejects.toBe(failure);
    expect(await readFile(path, "utf8")).toBe("old");
    expect(await readdir(folder)).toEqual(["file"]);
  });

  it("removes the folders that it made for a file that failed, and no other", async () => {
    const path = join(folder, "deep", "er", "file");
    const write = atomicWrite(path, () => Promise.reject(new Error("no more")));
    await expect(write).rejects.toThrow("no more");
    expect(await readdir(folder)).toEqual([]);
    await atomicWrite(join(folder, "deep", "kept"), "x");
    await expect(atomicWrite(path, () => Promise.reject(new Error("no more")))).rejects.toThrow("no more");
    expect(await readdir(join(folder, "deep"))).toEqual(["kept"]);
  });

  it("leaves nothing behind when aborted, before or during the writing", async () => {
    const path = join(folder, "file");
    const controller = new AbortController();
    const write = atomicWrite(
      path,
      async (file) => {
        await file.writeFile("half");
        controller.abort(new Error("enough"));
      },
      { signal: controller.signal },
    );
    await expect(write).rejects.toThrow("enough");
    await expect(atomicWrite(path, "x", { signal: controller.signal })).rejects.toThrow("enough");
    expect(await readdir(folder)).toEqual([]);
  });

  it("says why a file cannot be written", async () => {
    const path = join(folder, "taken");
    await mkdir(join(path, "inside"), { recursive: true });
    const write = atomicWrite(path, "x");
    await expect(write).rejects.toThrow(DataError);
    await expect(write).rejects.toThrow(
      /taken: could not be written \((EISDIR|ENOTEMPTY|EPERM)\)\. Check the folder/,
    );
    expect(await readdir(folder)).toEqual(["taken"]);
  });
});
