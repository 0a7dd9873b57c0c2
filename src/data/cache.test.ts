// Where the cache and the data folders are, by environment and platform.
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { cacheDir, dataFolders } from "./cache.node.ts";

describe("cacheDir", () => {
  it("takes NABLA_CACHE before all else", () => {
    const environment = { NABLA_CACHE: "/a/b", XDG_CACHE_HOME: "/x", LOCALAPPDATA: "/l" };
    expect(cacheDir(environment, "linux")).toBe(resolve("/a/b"));
    expect(cacheDir(environment, "win32")).toBe(resolve("/a/b"));
  });
  it("follows the platform's custom otherwise", () => {
    expect(cacheDir({ XDG_CACHE_HOME: "/x", LOCALAPPDATA: "/l" }, "linux")).toBe(join("/x", "nabla"));
    expect(cacheDir({ XDG_CACHE_HOME: "/x", LOCALAPPDATA: "/l" }, "win32")).toBe(join("/l", "nabla"));
    expect(cacheDir({ NABLA_CACHE: "" }, "darwin")).toBe(join(homedir(), ".cache", "nabla"));
  });
});

describe("dataFolders", () => {
  it("puts the given folder before NABLA_DATA and names neither twice", () => {
    expect(dataFolders("/d", { NABLA_DATA: "/e" })).toEqual([resolve("/d"), resolve("/e")]);
    expect(dataFolders("/d", { NABLA_DATA: "/d" })).toEqual([resolve("/d")]);
    expect(dataFolders(undefined, { NABLA_DATA: "" })).toEqual([]);
  });
});
