// The run taken where none is named: the one whose model is the newest.
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { latestRun } from "./latest-run.ts";

const parent = mkdtempSync(join(tmpdir(), "nabla-latest-"));
afterAll(() => rmSync(parent, { recursive: true }));

function saveAt(name: string, seconds: number): void {
  mkdirSync(join(parent, name));
  writeFileSync(join(parent, name, "model.safetensors"), "");
  utimesSync(join(parent, name, "model.safetensors"), seconds, seconds);
}

it("takes the newest model, whatever the names, and passes over runs without one", () => {
  expect(() => latestRun(parent)).toThrow("there is no trained run in this folder.");
  expect(() => latestRun(join(parent, "missing"))).toThrow("there is no trained run");
  saveAt("a", 2000);
  saveAt("z", 1000);
  mkdirSync(join(parent, "unfinished"));
  writeFileSync(join(parent, "notes.txt"), "");
  expect(latestRun(parent)).toBe(join(parent, "a"));
});
