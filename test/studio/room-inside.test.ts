// The training room's composer, the user's own files, the look inside and what is taken home, in a browser.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateDigits } from "nabla/data";
import { decodeSafetensors, encodeIdxImages, encodeIdxLabels } from "nabla/formats";
import { importOnnx } from "nabla/onnx";
import type { Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStudio, type Studio } from "./harness.ts";

let studio: Studio;
const folder = mkdtempSync(join(tmpdir(), "nabla-room-"));
beforeAll(async () => {
  studio = await openStudio();
});
afterAll(async () => {
  await studio?.close();
  rmSync(folder, { recursive: true });
});

const DENSE = "#/room?images=160&batchSize=16&epochs=1&net=flatten_linear~8_relu";
const layersOf = (page: Page) => page.locator(".composer li[data-layer] strong").allTextContents();

test("a net is composed by keyboard and pointer, with its counts, and a fault at its layer", async () => {
  const { page } = await studio.open(DENSE);
  const total = page.getByTestId("net-total");
  // 784·8 + 8 and 8·10 + 10.
  await expect.poll(() => total.textContent()).toContain("6,370 parameters");
  await page.getByLabel("units").fill("4");
  await expect.poll(() => total.textContent()).toContain("3,190 parameters");
  await page.getByRole("button", { name: "move layer 2 relu", exact: true }).press("ArrowUp");
  expect(await layersOf(page)).toEqual(["flatten", "relu", "linear"]);
  // The handle that was moved is still the one in hand.
  await page.keyboard.press("ArrowUp");
  expect(await layersOf(page)).toEqual(["relu", "flatten", "linear"]);
  await page.getByLabel(/^layer/).selectOption("conv2d");
  await page.getByRole("button", { name: "Add", exact: true }).press("Enter");
  await expect
    .poll(() => page.locator('li[data-layer="3"] [role="alert"]').textContent())
    .toContain("conv2d: takes images");
  const handle = (await page
    .getByRole("button", { name: "move layer 3 conv2d", exact: true })
    .boundingBox())!;
  const top = (await page.getByRole("button", { name: "move layer 0 relu", exact: true }).boundingBox())!;
  await page.mouse.move(handle.x + 5, handle.y + 5);
  await page.mouse.down();
  await page.mouse.move(top.x + 5, top.y + 5, { steps: 3 });
  await page.mouse.up();
  expect(await layersOf(page)).toEqual(["conv2d", "relu", "flatten", "linear"]);
  await expect.poll(() => page.locator(".composer [role=alert]").count()).toBe(0);
  await page.getByRole("button", { name: "remove layer 1 relu", exact: true }).click();
  await expect.poll(() => page.url()).toContain("net=conv2d%7E16%7E3%7E1_flatten_linear%7E4");
  await page.context().close();
});

test("MNIST's files are learned from; the net inside is shown at a past step, and taken home", async () => {
  const { page, complaints } = await studio.open(`${DENSE}&source=files`);
  const { train } = generateDigits({ train: 200, test: 1 });
  await page.getByLabel("files of MNIST").setInputFiles([
    {
      name: "train-images-idx3-ubyte",
      mimeType: "application/octet-stream",
      buffer: Buffer.from(encodeIdxImages({ count: 200, height: 28, width: 28, images: train.images })),
    },
    {
      name: "train-labels-idx1-ubyte",
      mimeType: "application/octet-stream",
      buffer: Buffer.from(encodeIdxLabels(train.labels)),
    },
  ]);
  await expect
    .poll(() => page.getByTestId("files").textContent())
    .toContain("Your files hold 200 images of 1×28×28 in 10 classes.");
  await page.locator("h1").click();
  await page.keyboard.press("Space");
  await page.locator('[data-ended="epochs"]').waitFor({ timeout: 50_000 });
  const inspector = page.getByTestId("inspector");
  await expect.poll(() => inspector.getAttribute("data-step"), { timeout: 20_000 }).toBe("10");
  await page.getByRole("textbox", { name: "step looked at" }).fill("4");
  await expect.poll(() => inspector.getAttribute("data-step"), { timeout: 20_000 }).toBe("4");
  const counts = await page
    .getByTestId("confusion")
    .locator("td")
    .evaluateAll((cells) => cells.map((cell) => Number(cell.getAttribute("data-value"))));
  expect(counts).toHaveLength(100);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(32);
  const right = counts.filter((_, i) => i % 11 === 0).reduce((sum, count) => sum + count, 0);
  expect(Number(await page.getByTestId("score").getAttribute("data-accuracy"))).toBeCloseTo(right / 32, 6);
  await expect.poll(() => page.getByTestId("reading").textContent()).toMatch(/This is \d\. \d: \d/);
  const files: Uint8Array[] = [];
  for (const name of ["ONNX", "safetensors"] as const) {
    const saved = page.waitForEvent("download");
    await page.getByRole("button", { name, exact: true }).click();
    expect((await saved).suggestedFilename()).toBe(`net-step-4.${name.toLowerCase()}`);
    await (await saved).saveAs(join(folder, name));
    files.push(new Uint8Array(await readFile(join(folder, name))));
  }
  expect((await importOnnx(files[0]!)).shape).toEqual([1, 28, 28]);
  expect(decodeSafetensors(files[1]!, "net").tensors.get("1.weight")?.shape).toEqual([8, 784]);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("a folder of pictures is a class a folder; what is no picture is named", async () => {
  for (const [name, background] of [
    ["red", "#f00"],
    ["blue", "#00f"],
  ] as const) {
    mkdirSync(join(folder, "pictures", name), { recursive: true });
    for (let i = 0; i < 6; i++) {
      await sharp({ create: { width: 40, height: 30, channels: 3, background } }).toFile(
        join(folder, "pictures", name, `${i}.png`),
      );
    }
  }
  const { page } = await studio.open("#/room?source=files&images=100&batchSize=4&net=flatten");
  await page.getByLabel("or a folder").setInputFiles(join(folder, "pictures"));
  await expect.poll(() => page.locator(".composer-head .composer-shape").textContent()).toBe("3×32×32");
  await page
    .getByLabel("files of MNIST")
    .setInputFiles([{ name: "odd/a.png", mimeType: "image/png", buffer: Buffer.from("no picture") }]);
  await expect
    .poll(() => page.getByTestId("drop-problem").textContent())
    .toContain("files: the pictures lie in 1 folders");
  // Those before are still there.
  expect(await page.getByTestId("drop-problem").textContent()).toContain("are still there");
  expect(await page.getByTestId("files").textContent()).toContain("12 images of 3×32×32 in 2 classes");
  await page.context().close();
});
