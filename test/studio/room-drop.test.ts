// Files dropped on the training room's page, as a browser tells of it: MNIST's and CIFAR-10's, packed or not, a folder of
// pictures; and files that are no data, which change nothing.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { generateDigits } from "nabla/data";
import { encodeCifar, encodeIdxImages, encodeIdxLabels } from "nabla/formats";
import type { Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { drop } from "./drop.ts";
import { openStudio, type Studio } from "./harness.ts";
import { overflow, tableRows, violationsOn } from "./page.ts";

const ADDRESS = "#/room?images=100&batchSize=20&epochs=1&net=flatten";
const folder = mkdtempSync(join(tmpdir(), "nabla-drop-"));
const path = (name: string): string => join(folder, name);
const { train, test: held } = generateDigits({ train: 120, test: 30 });

/** The files of a set in MNIST's format, labels packed. */
function writeMnist(part: string, { images, labels }: typeof train): string[] {
  const names = [`${part}-images-idx3-ubyte`, `${part}-labels-idx1-ubyte.gz`].map(path);
  const count = labels.length;
  writeFileSync(names[0]!, encodeIdxImages({ count, height: 28, width: 28, images }));
  writeFileSync(names[1]!, gzipSync(encodeIdxLabels(labels)));
  return names;
}

/** A batch of CIFAR-10 with so many images. */
function writeBatch(name: string, count: number): string {
  const images = Uint8Array.from({ length: count * 3072 }, (_, i) => i % 251);
  const batch = encodeCifar(
    images,
    Uint8Array.from({ length: count }, (_, i) => i % 10),
  );
  writeFileSync(path(name), name.endsWith(".gz") ? gzipSync(batch) : batch);
  return path(name);
}

let studio: Studio;
let mnist: string[];
let batches: string[];
beforeAll(async () => {
  mnist = [...writeMnist("train", train), ...writeMnist("t10k", held)];
  batches = [
    writeBatch("data_batch_1.bin.gz", 60),
    writeBatch("data_batch_2.bin", 60),
    writeBatch("test_batch.bin", 20),
  ];
  for (const [name, background] of [
    ["red", "#f00"],
    ["blue", "#00f"],
  ] as const) {
    mkdirSync(join(folder, "pictures", name), { recursive: true });
    for (let i = 0; i < 15; i++) {
      const picture = sharp({ create: { width: 40, height: 30, channels: 3, background } });
      await picture.toFile(join(folder, "pictures", name, `${i}.png`));
    }
  }
  writeFileSync(path("notes.txt"), "no data set");
  // The mark of images, and nothing of them.
  writeFileSync(path("odd-images-idx3-ubyte"), Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 9));
  writeFileSync(path("cut.gz"), gzipSync(new Uint8Array(5000).fill(7)).subarray(0, 30));
  studio = await openStudio();
});
afterAll(async () => {
  await studio?.close();
  rmSync(folder, { recursive: true });
});

const told = (page: Page): Promise<string | null> => page.getByTestId("files").textContent();
const problem = (page: Page): Promise<string | null> => page.getByTestId("drop-problem").textContent();
async function takeStep(page: Page): Promise<void> {
  await page.locator("h1").click();
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => page.locator('[data-testid="status"][data-step="1"]').count()).toBe(1);
}

test("MNIST's files, packed or not, are learned from; files that are no data change nothing", async () => {
  const { page, complaints } = await studio.open(ADDRESS);
  await page.locator(".room").waitFor();
  await drop(page, mnist);
  await expect
    .poll(() => told(page))
    .toBe("Your files hold 120 images of 1×28×28 in 10 classes. 30 more are for validation.");
  await expect.poll(() => page.url()).toContain("source=files");
  for (const [file, message] of [
    ["notes.txt", "files: 1 files hold 0 sets of images and 0 of labels. Give MNIST's"],
    ["cut.gz", "cut.gz: is damaged or cut short, it cannot be unpacked"],
  ] as const) {
    await drop(page, [path(file)]);
    await expect.poll(() => problem(page)).toContain(message);
    expect(await problem(page)).toContain("The files given before are still there.");
    expect(await told(page)).toContain("120 images");
  }
  await drop(page, [mnist[0]!]);
  await expect.poll(() => problem(page)).toContain("files: 1 files hold 1 sets of images and 0 of labels");
  await takeStep(page);
  expect(await tableRows(page)).toHaveLength(1);
  // A run that is open keeps its data, and what was dropped is told, not taken.
  await drop(page, batches);
  await expect.poll(() => problem(page)).toContain("A run is open, whose data stays.");
  expect(page.url()).toContain("source=files");
  await page.getByRole("button", { name: "New run" }).click();
  await drop(page, batches);
  await expect
    .poll(() => told(page))
    .toContain("120 images of 3×32×32 in 10 classes. 20 more are for validation.");
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("in Russian, what is wrong is told in Russian, and the engine's own words are marked as English", async () => {
  const address = "#/room?images=120&batchSize=20&net=flatten_conv2d";
  const { page, complaints } = await studio.open(address, { locale: "ru" });
  const fault = page.locator('li[data-fault="true"] [role=alert]');
  await expect.poll(() => fault.textContent()).toMatch(/^Размеры не подходят друг к другу\. /);
  expect(await fault.locator('[lang="en"]').textContent()).toMatch(/^conv2d: /);
  for (const [file, told, words] of [
    ["notes.txt", "Данных нет, или они не подходят. ", /^files: 1 files hold 0 sets/],
    ["odd-images-idx3-ubyte", "Файл повреждён или не того формата. ", /^odd-images-idx3-ubyte: /],
  ] as const) {
    await drop(page, [path(file), ...(file === "notes.txt" ? [] : [mnist[1]!])]);
    await expect.poll(() => problem(page)).toContain(told);
    expect(await page.getByTestId("drop-problem").locator('[lang="en"]').textContent()).toMatch(words);
  }
  expect(await violationsOn(page)).toEqual([]);
  await page.setViewportSize({ width: 360, height: 740 });
  await expect.poll(() => overflow(page)).toBeLessThanOrEqual(0);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("CIFAR-10's batches are learned from, in colour and with the names of its classes", async () => {
  const { page } = await studio.open(ADDRESS);
  await page.locator(".room").waitFor();
  await drop(page, batches);
  await expect.poll(() => page.locator(".composer-head .composer-shape").textContent()).toBe("3×32×32");
  await takeStep(page);
  await expect
    .poll(() => page.getByTestId("confusion").locator("thead th").allTextContents())
    .toContain("airplane");
  await page.context().close();
});

test("a folder of pictures is learned from, a class a folder", async () => {
  const { page } = await studio.open(ADDRESS);
  await page.locator(".room").waitFor();
  await drop(page, [path("pictures/red"), path("pictures/blue")]);
  await expect.poll(() => told(page)).toBe("Your files hold 30 images of 3×32×32 in 2 classes.");
  // One alone is no set.
  await drop(page, [path("pictures/red")]);
  await expect.poll(() => problem(page)).toContain("the pictures lie in 1 folders");
  await drop(page, [path("pictures")]);
  await expect.poll(() => page.getByTestId("drop-problem").count()).toBe(0);
  await page.getByLabel("images a step").fill("6");
  await takeStep(page);
  const score = page.getByTestId("score");
  await expect.poll(() => score.textContent()).toContain("of 5 wrong");
  await page.context().close();
});

test("files that a page hands over itself are taken too", async () => {
  const { page } = await studio.open(ADDRESS);
  await page.locator(".room").waitFor();
  const bytes = [
    encodeIdxImages({ count: 120, height: 28, width: 28, images: train.images }),
    encodeIdxLabels(train.labels),
  ];
  await page.evaluate(
    (files) => {
      const dataTransfer = new DataTransfer();
      for (const [name, content] of files) dataTransfer.items.add(new File([new Uint8Array(content)], name));
      const event = (type: string) => new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true });
      document.querySelector("h1")!.dispatchEvent(event("dragover"));
      document.querySelector("h1")!.dispatchEvent(event("drop"));
    },
    bytes.map((content, i) => [`train-${i}`, [...content]] as [string, number[]]),
  );
  await expect.poll(() => told(page)).toBe("Your files hold 120 images of 1×28×28 in 10 classes.");
  await page.context().close();
});
