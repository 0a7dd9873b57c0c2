// The training room with the command line's server behind it: a run of `nabla train --studio` is watched as it goes, a
// long run stays smooth, a sweep is narrowed down.
import { EventEmitter } from "node:events";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDevice, setDevice } from "nabla";
import { generateDigits, takeFirst } from "nabla/data";
import { encodeIdxImages, encodeIdxLabels } from "nabla/formats";
import { startStudio } from "nabla/server/node";
import type { StepEvent } from "nabla/train";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCommandLine } from "../../src/cli/program.ts";
import { recordingTerminal } from "../../src/cli/terminal.ts";
import { TrainingSession } from "../../studio/room/session.ts";
import { PRESETS, USUAL } from "../../studio/room/settings.ts";
import { openStudio, type Studio } from "./harness.ts";
import { overflow, tableRows, violationsOn } from "./page.ts";

let studio: Studio;
const folder = mkdtempSync(join(tmpdir(), "nabla-watch-"));
const before = process.env["NABLA_CACHE"];
beforeAll(async () => {
  process.env["NABLA_CACHE"] = join(folder, "cache");
  studio = await openStudio();
});
afterAll(async () => {
  await studio?.close();
  if (before === undefined) delete process.env["NABLA_CACHE"];
  else process.env["NABLA_CACHE"] = before;
  rmSync(folder, { recursive: true });
});

const points = async (page: Page): Promise<number> =>
  Number(await page.getByTestId("watched").getAttribute("data-points", { timeout: 20_000 }));

test("a run of nabla train --studio is watched as it goes, and stopped", async () => {
  const terminal = recordingTerminal({ columns: 100 });
  const signals = Object.assign(new EventEmitter(), { exit: () => {} });
  const small = [
    "--model",
    "linear",
    "--limit",
    "2000",
    "--batch-size",
    "10",
    "--epochs",
    "2000",
    "--threads",
    "1",
  ];
  const out = join(folder, "cli", "first");
  const code = runCommandLine(["train", ...small, "--studio", "--out", out], { terminal, signals });
  const printed = () => terminal.output() + terminal.errors();
  await expect.poll(printed).toMatch(/http:\S+token=/);
  const { page, complaints } = await studio.open("#/room", {
    at: printed().match(/http:\/\/\S+\?token=[\w-]+/)![0],
  });
  // What is in training is watched unasked.
  await expect.poll(() => page.url(), { timeout: 30_000 }).toContain("watch=first");
  expect(await page.getByRole("checkbox", { name: "first", exact: true }).isChecked()).toBe(true);
  await expect.poll(() => points(page)).toBeGreaterThan(1);
  await page.getByRole("button", { name: "Stop" }).click();
  await expect.poll(printed, { timeout: 60_000 }).toContain("is still served at");
  const steps = readFileSync(join(out, "metrics.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as StepEvent)
    .filter(({ type }) => type === "step");
  await expect.poll(() => points(page)).toBe(steps.length);
  expect(Number(await page.getByTestId("watched").getAttribute("data-loss"))).toBe(steps.at(-1)!.loss);
  await expect
    .poll(() => page.locator('tr[data-run="first"]').getAttribute("data-state"))
    .toBe("interrupted");
  expect(complaints).toEqual([]);
  await page.context().close();
  signals.emit("SIGINT");
  // A run that was stopped is not a run that was done.
  expect(await code).toBe(1);
});

test.each([
  ["en", "diverged", "late diverged at step 13: the output of layer 3 (linear) is no finite number."],
  ["ru", "разошёлся", "«late» разошёлся на шаге 13: выход слоя 3 (linear) — не конечное число."],
] as const)(
  "a watched run that diverges tells layer and step, and how it is rewound: %s",
  async (locale, state, told) => {
    const terminal = recordingTerminal({ columns: 100 });
    const signals = Object.assign(new EventEmitter(), { exit: () => {} });
    const out = join(folder, `diverging ${locale}`, "late");
    const small = "--model mlp --limit 400 --batch-size 20 --epochs 2 --checkpoint-every 5 --threads 1".split(
      " ",
    );
    // Each step makes the weights eleven times as long.
    const wild = "--optimizer sgd --schedule constant --lr 12 --weight-decay 1 --studio".split(" ");
    const code = runCommandLine(["train", ...small, ...wild, "--out", out], { terminal, signals });
    const printed = () => terminal.output() + terminal.errors();
    // The studio outlives the run, so that the page can tell.
    await expect.poll(printed, { timeout: 30_000 }).toContain("is still served at");
    const at = printed().match(/http:\/\/\S+\?token=[\w-]+/)![0];
    const { page, complaints } = await studio.open("#/room?watch=late", { at, locale });
    const failure = page.getByTestId("run-failure");
    await failure.waitFor({ timeout: 20_000 });
    expect(await failure.locator("strong").textContent()).toBe(told);
    expect(await failure.locator("pre").textContent()).toBe(`nabla train --resume '${out}' --lr 1.2`);
    expect(printed()).toContain(await failure.locator(".engine-words").textContent());
    expect(await page.locator('tr[data-key="watched:late"] td').first().textContent()).toBe(state);
    await expect.poll(() => page.locator('tr[data-run="late"]').getAttribute("data-state")).toBe("diverged");
    // The net that it is rewound to is looked at below.
    expect(await failure.textContent()).toContain("10");
    await expect.poll(() => page.getByTestId("run-inside").getAttribute("data-step")).toBe("10");
    expect(await violationsOn(page)).toEqual([]);
    await page.setViewportSize({ width: 360, height: 740 });
    await expect.poll(() => overflow(page)).toBeLessThanOrEqual(0);
    // Gone on with, it is no longer one that diverged; these weights bear the smallest steps only.
    const resumed = recordingTerminal({ columns: 100 });
    const again = ["train", "--resume", out, "--lr", "1e-30"];
    expect(await runCommandLine(again, { terminal: resumed, signals }), resumed.errors()).toBe(0);
    await expect.poll(() => failure.count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.context().close();
    signals.emit("SIGINT");
    expect(await code).toBe(1);
  },
);

test("a run of a hundred thousand steps is drawn whole, at the plot's width", async () => {
  const runs = join(folder, "long");
  mkdirSync(join(runs, "long"), { recursive: true });
  writeFileSync(join(runs, "long", "config.json"), "{}");
  const events = Array.from({ length: 100_000 }, (_, i) => {
    const loss = 2.3 * Math.exp(-i / 20_000) + 0.1 * Math.abs(Math.sin(i));
    return `{"type":"step","epoch":1,"step":${i + 1},"loss":${loss},"accuracy":0.5,"learningRate":0.001,"imagesPerSecond":1000}\n`;
  });
  writeFileSync(join(runs, "long", "metrics.jsonl"), events.join(""));
  const server = await startStudio({ runs });
  const { page } = await studio.open("#/");
  await page.addInitScript(() => {
    const seen: number[] = [];
    Object.assign(globalThis, { longTasks: seen });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) seen.push(Math.round(duration));
    }).observe({ entryTypes: ["longtask"] });
  });
  await page.goto(`${server.url}#/room?watch=long`);
  await expect.poll(() => points(page)).toBe(100_000);
  // Drawn, and all of it: what is on the canvas is no more than the plot has places for.
  await expect.poll(() => page.locator(".line-plot canvas").count()).toBe(3);
  const before = await page.evaluate("longTasks.length");
  const slider = page.getByRole("slider", { name: "smoothing" });
  for (let i = 0; i < 5; i++) await slider.press("ArrowLeft");
  expect(await page.locator(".line-plot canvas").count()).toBe(3);
  const tasks = (await page.evaluate("longTasks")) as number[];
  // Reported, not asserted: a slow machine is no fault.
  console.log(
    `100 000 points: long tasks ${JSON.stringify(tasks)} ms, ${before} of them before smoothing changed`,
  );
  await page.context().close();
  await server.close();
});

test("with as many runs watched as there may be, each goes on, and the page trains beside them", async () => {
  const runs = join(folder, "many");
  const names = Array.from({ length: 8 }, (_, i) => `run-${i}`);
  const line = (step: number) =>
    `{"type":"step","epoch":1,"step":${step},"loss":1,"accuracy":0.5,"learningRate":0.1,"imagesPerSecond":9}\n`;
  for (const name of names) {
    mkdirSync(join(runs, name), { recursive: true });
    writeFileSync(join(runs, name, "config.json"), "{}");
    writeFileSync(join(runs, name, "metrics.jsonl"), line(1));
  }
  const server = await startStudio({ runs });
  const small = "images=160&batchSize=16&net=flatten";
  const { page } = await studio.open(`#/room?${small}&watch=${encodeURIComponent(names.join("\n"))}`, {
    at: server.url,
  });
  const steps = () => page.locator('tr[data-key^="watched:"] td:nth-of-type(2)').allTextContents();
  await expect.poll(steps).toEqual(names.map(() => "1"));
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => page.getByTestId("status").getAttribute("data-step")).toBe("1");
  for (const name of names) appendFileSync(join(runs, name, "metrics.jsonl"), line(2));
  await expect.poll(steps).toEqual(names.map(() => "2"));
  await page.context().close();
  await server.close();
});

test("MNIST's files on the server's machine are learned from; where there are none the page says what to do", async () => {
  const dataDir = join(folder, "data");
  mkdirSync(join(dataDir, "mnist"), { recursive: true });
  const set = generateDigits({ train: 240, test: 60 });
  for (const [part, { images, labels }] of [
    ["train", set.train],
    ["t10k", set.test],
  ] as const) {
    const bytes = encodeIdxImages({ count: labels.length, height: 28, width: 28, images });
    writeFileSync(join(dataDir, "mnist", `${part}-images-idx3-ubyte`), bytes);
    writeFileSync(join(dataDir, "mnist", `${part}-labels-idx1-ubyte`), encodeIdxLabels(labels));
  }
  const server = await startStudio({ runs: join(folder, "none"), dataDir });
  const { page } = await studio.open("#/room?source=mnist&images=200&batchSize=20&net=flatten", {
    at: server.url,
  });
  await page.locator(".room").waitFor();
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => tableRows(page)).toHaveLength(1);
  // The command above has closed the device that it set.
  setDevice(await openDevice());
  const settings = { ...USUAL, images: 200, batchSize: 20, layers: PRESETS.linear };
  const data = { train: takeFirst(set.train, 200), validation: takeFirst(set.test, 40) };
  const { points: wanted } = await (await TrainingSession.open(settings, data)).advance(1);
  expect((await tableRows(page))[0]![2]).toBeCloseTo(wanted.loss[0]!, 4);
  await page.goto(`${server.url}#/room?source=fashion-mnist`);
  await page.reload();
  await page.locator(".room").waitFor();
  await page.keyboard.press("ArrowRight");
  await expect
    .poll(() => page.locator(".room-controls [role=alert]").textContent({ timeout: 20_000 }))
    .toContain("fashion-mnist is not on this machine. Fetch it once with nabla data fashion-mnist");
  await page.context().close();
  await server.close();
});

test("a sweep's trials are narrowed down on an axis by keyboard, and one is watched", async () => {
  const runs = join(folder, "sweeps");
  const results = [0.1, 0.01, 0.001].map((lr, i) => ({
    ...{
      trial: i + 1,
      point: { lr, optimizer: i === 0 ? "sgd" : "adam" },
      state: "done",
      epochs: 1,
      seconds: 1,
    },
    ...{ scores: [{ loss: 0.5 + i, accuracy: 0.9 - 0.1 * i }], folder: `00${i + 1}` },
  }));
  for (const { folder: name } of results) {
    mkdirSync(join(runs, "s", name), { recursive: true });
    writeFileSync(join(runs, "s", name, "config.json"), "{}");
    writeFileSync(
      join(runs, "s", name, "metrics.jsonl"),
      '{"type":"step","epoch":1,"step":1,"loss":2.5,"accuracy":0.1,"learningRate":0.1,"imagesPerSecond":9}\n',
    );
  }
  writeFileSync(
    join(runs, "s", "001", "evaluation.json"),
    JSON.stringify({
      loss: 0.5,
      accuracy: 0.75,
      count: 4,
      confusion: [
        [2, 0],
        [1, 1],
      ],
    }),
  );
  const waiting = { trial: 4, point: { lr: 1, optimizer: "sgd" }, state: "waiting", epochs: 0, seconds: 0 };
  const writeResults = (...more: object[]): void =>
    writeFileSync(join(runs, "s", "results.json"), JSON.stringify({ results: [...results, ...more] }));
  writeResults({ ...waiting, scores: [], folder: "004" });
  const server = await startStudio({ runs });
  const { page, complaints } = await studio.open("#/room", { at: server.url });
  const rows = page.getByTestId("trials").locator("tbody tr");
  await expect.poll(() => rows.count()).toBe(3);
  expect(await page.getByRole("region", { name: "Sweeps" }).first().textContent()).toContain(
    "without a score: 1",
  );
  // A trial that ends meanwhile comes to the others.
  mkdirSync(join(runs, "s", "004"));
  for (const file of ["config.json", "metrics.jsonl"]) writeFileSync(join(runs, "s", "004", file), "{}");
  const scores = [{ loss: 3, accuracy: 0.1 }];
  writeResults({
    ...waiting,
    point: { lr: 0.0001, optimizer: "adam" },
    state: "done",
    scores,
    folder: "004",
  });
  await expect.poll(() => rows.count()).toBe(4);
  // The lower bound of the learning rate up past the middle one: only the greatest is left.
  const bound = page.getByRole("slider", { name: "lr ≥" });
  for (let i = 0; i < 4; i++) await bound.press("Shift+ArrowUp");
  expect(await rows.count()).toBe(1);
  expect(await rows.first().getAttribute("data-trial")).toBe("1");
  await rows.getByRole("button", { name: "Curves" }).press("Enter");
  await expect.poll(() => points(page)).toBe(1);
  expect(decodeURIComponent(page.url())).toContain("watch=s/001");
  // Its score on the test images.
  const counts = page.getByTestId("confusion").locator("td");
  await expect.poll(() => counts.allTextContents()).toEqual(["2", "", "1", "1"]);
  expect(await violationsOn(page)).toEqual([]);
  await page.setViewportSize({ width: 360, height: 740 });
  await expect.poll(() => overflow(page)).toBeLessThanOrEqual(0);
  expect(complaints).toEqual([]);
  await page.context().close();
  await server.close();
});
