// The nets that a run of the command line has saved, looked at in the training room: score, mistakes, filters and maps as
// the engine has them in Node, with images of the reader's choice. And the command line's data, learned from there.
import { EventEmitter } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDevice, setDevice } from "nabla";
import { generateDigits, subset } from "nabla/data";
import { featureMaps, filters } from "nabla/explain";
import { importOnnx } from "nabla/onnx";
import { type Studio as Server, startStudio } from "nabla/server/node";
import { decodeModel, evaluate, type Model } from "nabla/train";
import type { Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCommandLine } from "../../src/cli/program.ts";
import { recordingTerminal } from "../../src/cli/terminal.ts";
import { TrainingSession } from "../../studio/room/session.ts";
import { PRESETS, USUAL } from "../../studio/room/settings.ts";
import { drop } from "./drop.ts";
import { openStudio, type Studio } from "./harness.ts";
import { overflow, tableRows, violationsOn } from "./page.ts";

const folder = mkdtempSync(join(tmpdir(), "nabla-run-inside-"));
const runs = join(folder, "runs");
let studio: Studio;
let server: Server;
let model: Model;

/** Red and blue pictures, lying class by class. */
const colours = {
  images: Uint8Array.from({ length: 40 * 192 }, (_, i) => {
    const channel = Math.floor(i / 64) % 3;
    return channel === (i < 20 * 192 ? 0 : 2) ? 200 + (i % 50) : i % 40;
  }),
  labels: Uint8Array.from({ length: 40 }, (_, i) => (i < 20 ? 0 : 1)),
  shape: [3, 8, 8] as const,
  classes: ["red", "blue"],
};

beforeAll(async () => {
  const terminal = recordingTerminal({ columns: 100 });
  const options = [
    "--limit",
    "300",
    "--model",
    "simpleCnn",
    "--epochs",
    "1",
    "--batch-size",
    "20",
    "--quiet",
  ];
  const out = join(runs, "cnn");
  const code = await runCommandLine(
    ["train", "--data", "digits", ...options, "--checkpoint-every", "10", "--out", out],
    { terminal, signals: Object.assign(new EventEmitter(), { exit: () => {} }) },
  );
  expect(code, terminal.errors()).toBe(0);
  setDevice(await openDevice());
  model = await decodeModel(new Uint8Array(readFileSync(join(out, "model.safetensors"))));
  const set = { name: "colours", train: colours, test: subset(colours, [0, 1, 20, 21]) };
  server = await startStudio({ runs, data: { title: "colours", open: async () => set } });
  studio = await openStudio();
});
afterAll(async () => {
  await studio?.close();
  await server?.close();
  rmSync(folder, { recursive: true });
});

const inside = (page: Page) => page.getByTestId("run-inside");
const accuracy = (page: Page): Promise<string | null> =>
  inside(page).getByTestId("score").getAttribute("data-accuracy", { timeout: 20_000 });

test("a run's net is looked at as in Node: score, mistakes, filters, maps of a chosen image", async () => {
  const { page, complaints } = await studio.open("#/room?watch=cnn", { at: server.url });
  const set = generateDigits({ train: 1, test: 1000 }).test;
  const wanted = await evaluate(model, set);
  await expect.poll(() => accuracy(page)).toBe(String(wanted.accuracy));
  const cells = inside(page).getByTestId("confusion").locator("td");
  const counts = await cells.evaluateAll((all) => all.map((cell) => Number(cell.getAttribute("data-value"))));
  expect(counts).toEqual(wanted.confusion.flat());
  const mistakes = inside(page).locator(".room-mistake");
  const [worst] = wanted.worst;
  expect(await mistakes.first().textContent()).toContain(`${worst!.label} → ${worst!.predicted}`);
  const { shape } = await filters(model);
  await inside(page)
    .getByRole("img", { name: `${shape[0]} sets of weights` })
    .waitFor();
  // The worst mistake, layer by layer.
  await mistakes.first().press("Enter");
  await expect
    .poll(() => inside(page).getByTestId("reading").textContent())
    .toMatch(new RegExp(`^This is ${worst!.label}\\. ${worst!.predicted}: `));
  const size = 28 * 28;
  const maps = await featureMaps(model, set.images.slice(worst!.index * size, (worst!.index + 1) * size));
  expect(await inside(page).locator("figcaption").count()).toBeGreaterThanOrEqual(maps.length);
  // A picture of the reader's: dark on light is turned round, as digits are.
  const picture = await sharp({ create: { width: 60, height: 40, channels: 3, background: "#fff" } })
    .png()
    .toBuffer();
  const file = { name: "mine.png", mimeType: "image/png", buffer: picture };
  await inside(page).getByLabel("or a picture of your own").setInputFiles(file);
  await expect.poll(() => inside(page).getByTestId("reading").textContent()).toMatch(/^mine\.png: \d: /);
  const saved = page.waitForEvent("download");
  await page.getByRole("region", { name: "Take cnn home" }).getByRole("button", { name: "ONNX" }).click();
  expect((await saved).suggestedFilename()).toBe("cnn.onnx");
  await (await saved).saveAs(join(folder, "cnn.onnx"));
  const taken = await importOnnx(new Uint8Array(readFileSync(join(folder, "cnn.onnx"))));
  expect((await evaluate(taken, set)).accuracy).toBeCloseTo(wanted.accuracy, 2);
  expect(await violationsOn(page)).toEqual([]);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("checkpoints can be looked at too; images that do not fit are refused with the cure", async () => {
  const { page } = await studio.open("#/room?watch=cnn", { at: server.url, width: 360, height: 740 });
  await expect.poll(() => accuracy(page)).not.toBeNull();
  const net = inside(page).getByLabel(/^saved net/);
  const options = await net.locator("option").allTextContents();
  expect(options[0]).toBe("the trained one");
  expect(options).toContain("checkpoint");
  await net.selectOption("checkpoint.1.safetensors");
  await expect.poll(() => inside(page).getAttribute("data-step")).toBe("10");
  expect(await inside(page).locator("h2").textContent()).toContain("Inside cnn, at step 10");
  await inside(page)
    .getByLabel(/^looked at with/)
    .selectOption("given");
  await expect
    .poll(() => inside(page).getByRole("alert").textContent())
    .toContain("cnn: the net takes 1×28×28 images of 10 classes, these are 3×8×8 of 2. Choose other images.");
  await expect.poll(() => overflow(page)).toBeLessThanOrEqual(0);
  await page.context().close();
});

test("a run's folder that is dropped on a static page is looked at without a server", async () => {
  const { page, complaints } = await studio.open("#/room");
  await page.locator(".room").waitFor();
  await drop(page, [join(runs, "cnn")]);
  await expect
    .poll(() => page.getByTestId("shown-runs").locator("tbody th").allTextContents())
    .toEqual(["cnn"]);
  const wanted = await evaluate(model, generateDigits({ train: 1, test: 1000 }).test);
  await expect.poll(() => accuracy(page)).toBe(String(wanted.accuracy));
  expect(await inside(page).locator("h2").textContent()).toContain("Inside cnn");
  const row = page.locator('tr[data-key="watched:opened:cnn"]');
  expect(await row.textContent()).toContain("digits, simpleCnn");
  await inside(page)
    .getByLabel(/^saved net/)
    .selectOption("checkpoint.1.safetensors");
  await expect.poll(() => inside(page).getAttribute("data-step")).toBe("10");
  // What is broken is told, and what there was stays.
  mkdirSync(join(folder, "broken"));
  writeFileSync(join(folder, "broken", "metrics.jsonl"), "no events");
  await drop(page, [join(folder, "broken")]);
  await expect
    .poll(() => page.getByTestId("drop-problem").textContent())
    .toContain("metrics.jsonl tells of no step");
  expect(await row.count()).toBe(1);
  // One that diverged at its first step tells of none, and yet is a run.
  const failed = { type: "divergence", step: 1, learningRate: 9, first: { kind: "loss", name: "", step: 1 } };
  mkdirSync(join(folder, "early"));
  writeFileSync(join(folder, "early", "metrics.jsonl"), `${JSON.stringify({ ...failed, message: "NaN" })}\n`);
  await drop(page, [join(folder, "early")]);
  await expect
    .poll(() => page.getByTestId("run-failure").textContent({ timeout: 20_000 }))
    .toMatch(/^early diverged at step 1: the loss is no finite number\..* was 9\..* saved no state before\./);
  await page.getByRole("button", { name: "Remove: early" }).click();
  await page.getByRole("button", { name: "Remove: cnn" }).click();
  await expect.poll(() => page.getByTestId("run-inside").count()).toBe(0);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("the command line's own data is learned from in the page", async () => {
  const { page, complaints } = await studio.open("#/room?source=given&images=100&batchSize=8&net=flatten", {
    at: server.url,
  });
  await expect.poll(() => page.locator(".composer-head .composer-shape").textContent()).toBe("3×8×8");
  expect(await page.getByRole("option", { name: "colours, from the command line" }).count()).toBe(1);
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => tableRows(page)).toHaveLength(1);
  const settings = { ...USUAL, images: 100, batchSize: 8, layers: PRESETS.linear };
  const data = { train: colours, validation: subset(colours, [0, 1, 20, 21]) };
  const session = await TrainingSession.open(settings, data);
  const { points } = await session.advance(1);
  expect((await tableRows(page))[0]![2]).toBeCloseTo(points.loss[0]!, 4);
  expect(complaints).toEqual([]);
  await page.context().close();
});
