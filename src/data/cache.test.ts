// Where the cache and the data folders are, by environment and platform.
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { cacheDir, dataFolder } from "./cache.node.ts";

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

describe("dataFolder", () => {
  it("is the given folder, else NABLA_DATA, else none", () => {
    expect(dataFolder("/d", { NABLA_DATA: "/e" })).toBe(resolve("/d"));
    expect(dataFolder("", { NABLA_DATA: "/e" })).toBe(resolve("/e"));
    expect(dataFolder(undefined, { NABLA_DATA: "" })).toBeUndefined();
  });
});
