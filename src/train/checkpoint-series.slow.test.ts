// The checkpoints of a run folder: how many are kept, which is the best, and what happens when the newest is damaged.
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { stripes } from "../../test/stripes.ts";
import { setDevice } from "../device/current.ts";
import { ReferenceDevice } from "../device/reference/reference-device.ts";
import { flatten, linear, sequential } from "../nn/index.ts";
import { sgd } from "../optim/index.ts";
import { loadCheckpoint } from "./checkpoint.node.ts";
import { addCheckpoint, readNewest } from "./checkpoint-series.node.ts";
import * as training from "./fit.ts";
import { createRunFolder, resumeRunFolder } from "./run-folder.node.ts";
import type { TrainingState } from "./training-state.ts";

let folder = "";
beforeAll(() => setDevice(new ReferenceDevice()));
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "nabla-series-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const train = stripes(40, 1);
const start = (onCheckpoint: (state: TrainingState) => Promise<undefined>, epochs = 4) =>
  training.fit(
    sequential(flatten(), linear(3)),
    { train },
    { optimizer: sgd(), batchSize: 9, epochs, onCheckpoint },
  );

/** A run folder with the four checkpoints of four epochs, `keep` of them kept. */
async function filled(keep: number): Promise<void> {
  const run = await createRunFolder(folder, {}, { keep });
  const loop = start(async (state) => {
    await run.saveCheckpoint(loop.model, state);
    return undefined;
  });
  for await (const event of loop) await run.append(event);
}
const checkpoints = async () => (await readdir(folder)).filter((name) => name.includes("safetensors")).sort();

describe("a run folder", () => {
  it("keeps the last checkpoints and the best", async () => {
    await filled(3);
    expect(await checkpoints()).toEqual([
      ...[
        "best.safetensors",
        "checkpoint.1.safetensors",
        "checkpoint.2.safetensors",
        "checkpoint.safetensors",
      ],
    ]);
    const epochs = ["checkpoint.safetensors", "checkpoint.1.safetensors", "checkpoint.2.safetensors"].map(
      async (name) => (await loadCheckpoint(join(folder, name))).state.epoch,
    );
    expect(await Promise.all(epochs)).toEqual([4, 3, 2]);
    const sums = (await readFile(join(folder, "checkpoints.sha256"), "utf8")).trimEnd().split("\n");
    for (const line of sums) expect(line).toMatch(/^[0-9a-f]{64} {2}(checkpoint|best)\.safetensors$/);
  });

  it("keeps one where one is asked for", async () => {
    await filled(1);
    expect(await checkpoints()).toEqual(["best.safetensors", "checkpoint.safetensors"]);
    expect((await resumeRunFolder(folder)).state.epoch).toBe(4);
  });

  it("goes on from the one before where the newest is damaged, and says so", async () => {
    await filled(2);
    const path = join(folder, "checkpoint.safetensors");
    const bytes = await readFile(path);
    // One bit in the last weight: a whole file that only its sum tells from the right one.
    bytes[bytes.length - 2]! ^= 1;
    await writeFile(path, bytes);
    const warnings: string[] = [];
    const { state } = await resumeRunFolder(folder, { onWarning: (message) => warnings.push(message) });
    expect(state.epoch).toBe(3);
    expect(warnings).toEqual([
      expect.stringContaining("checkpoint.safetensors: is damaged, its SHA-256 sum"),
    ]);
    expect(await checkpoints()).toContain("checkpoint.safetensors.damaged");
    const again = await resumeRunFolder(folder);
    expect(again.state.epoch).toBe(3);
  });

  it("refuses where all are damaged, and leaves them", async () => {
    await filled(2);
    for (const name of ["checkpoint.safetensors", "checkpoint.1.safetensors"]) {
      await writeFile(join(folder, name), "nothing");
    }
    await expect(readNewest(folder)).rejects.toThrow(/checkpoint.safetensors: is damaged/);
    expect(await checkpoints()).toContain("checkpoint.safetensors");
  });

  it("knows nothing of sums in the folder of an older release", async () => {
    await filled(1);
    await rm(join(folder, "checkpoints.sha256"));
    const found = (await readNewest(folder))!;
    expect(found.state.epoch).toBe(4);
    await addCheckpoint(folder, found, { keep: 2 });
    expect((await readNewest(folder))!.state).toEqual(found.state);
  });
});
