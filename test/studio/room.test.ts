// The training room in a browser: trained there, its steps are the engine's in Node; paused, gone back, branched, and the
// futures compared. By keyboard, in both languages, on a phone.
import { openDevice, setDevice } from "nabla";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openData } from "../../studio/room/data/open-data.ts";
import { TrainingSession } from "../../studio/room/session.ts";
import { PRESETS, type RoomSettings, USUAL } from "../../studio/room/settings.ts";
import { openStudio, type Studio } from "./harness.ts";
import { overflow, tableRows, violationsOn } from "./page.ts";

const ADDRESS = "#/room?images=160&batchSize=16&epochs=2&net=flatten_linear~128_relu";
const settings: RoomSettings = { ...USUAL, images: 160, batchSize: 16, epochs: 2, layers: PRESETS.dense };

let studio: Studio;
beforeAll(async () => {
  studio = await openStudio();
  setDevice(await openDevice("wasm"));
});
afterAll(() => studio?.close());

const stepNow = async (page: Page): Promise<number> =>
  Number(await page.getByTestId("status").getAttribute("data-step", { timeout: 20_000 }));
const rowsOf = async (page: Page, branch: number) => {
  const name = branch === 0 ? "run 1" : `run 1, branch ${branch}`;
  return (await tableRows(page)).filter(([each]) => each === name);
};
const ended = (page: Page) =>
  page.locator('[data-testid="status"][data-ended="epochs"]').waitFor({ timeout: 50_000 });

/** The same losses but for the last bits, which depend on whether the machine's multiply-add is fused. */
function expectClose(found: readonly (number | string)[], wanted: readonly number[]): void {
  expect(found).toHaveLength(wanted.length);
  found.forEach((loss, i) => {
    expect(Math.abs(Number(loss) / wanted[i]! - 1)).toBeLessThan(1e-3);
  });
}

test("trains by keyboard as in Node, goes back, and branches into two futures", async () => {
  const { page, complaints } = await studio.open(ADDRESS);
  await page.locator(".room").waitFor();
  for (const step of [1, 2, 3]) {
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => stepNow(page)).toBe(step);
  }
  await page.keyboard.press("Space");
  await ended(page);
  const session = await TrainingSession.open(settings, await openData(settings));
  const wanted = await session.advance(20);
  const first = await rowsOf(page, 0);
  expect(first.map(([, step]) => step)).toEqual(wanted.points.step);
  expectClose(
    first.map(([, , loss]) => loss!),
    wanted.points.loss,
  );
  // Back to step 7, and on from there as before: the same bits. Then with another learning rate.
  const at = page.getByRole("textbox", { name: "step looked at" });
  for (const [branch, rate] of [
    [1, undefined],
    [2, "0,02"],
  ] as const) {
    await at.fill("7");
    if (rate !== undefined) {
      await page.getByText("The branch goes on with").click();
      await page.getByRole("region", { name: "Back in time" }).getByLabel("learning rate η").fill(rate);
    }
    await page.getByRole("button", { name: "Branch from step 7" }).press("Enter");
    await page.locator(`tr[data-branch="${branch}"]`).waitFor({ timeout: 20_000 });
    await page.locator("h1").click();
    await page.keyboard.press("Space");
    await ended(page);
  }
  expect((await rowsOf(page, 1)).map((row) => row.slice(1))).toEqual(
    first.slice(7).map((row) => row.slice(1)),
  );
  await session.branch({ branch: 0, step: 7 }, { learningRate: 0.02 });
  const other = await session.advance(20);
  expectClose(
    (await rowsOf(page, 2)).map(([, , loss]) => loss!),
    other.points.loss,
  );
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("a run that diverges names layer and step, and is rewound", async () => {
  const { page } = await studio.open(
    `${ADDRESS}&schedule=constant&optimizer=sgd&learningRate=100&weightDecay=1`,
  );
  await page.locator(".room").waitFor();
  await page.keyboard.press("Space");
  const failure = page.getByTestId("failure");
  await failure.waitFor({ timeout: 50_000 });
  expect(await failure.textContent()).toMatch(
    /The run diverged at step \d+: (the output of layer|parameter|the gradient of) .* is no finite number/,
  );
  expect(await page.locator('tr[data-branch="0"]').textContent()).toContain("diverged");
  await page.getByRole("button", { name: /Rewind to step \d+ and branch with learning rate 10/ }).click();
  await page.locator('tr[data-branch="1"]').waitFor({ timeout: 20_000 });
  expect(await page.locator('tr[data-branch="1"]').textContent()).toContain("learning rate η 10");
  await page.context().close();
});

test("a branch goes on with another optimiser and batch size, and says what it keeps", async () => {
  const { page } = await studio.open(ADDRESS);
  await page.locator(".room").waitFor();
  for (let step = 1; step <= 13; step++) {
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => stepNow(page)).toBe(step);
  }
  await page.getByText("The branch goes on with").click();
  const past = page.getByRole("region", { name: "Back in time" });
  const carried = page.getByTestId("carried");
  expect(await carried.textContent()).toContain("The optimiser keeps what it has gathered.");
  await past.getByLabel("optimiser").selectOption("sgd");
  await past.getByLabel("images a step").fill("32");
  expect(await carried.textContent()).toContain("The new optimiser gathers its averages from zero.");
  expect(await carried.textContent()).toContain("in batches of the new size");
  await page.getByRole("button", { name: "Branch from step 13" }).press("Enter");
  const row = page.locator('tr[data-branch="1"]');
  await row.waitFor({ timeout: 20_000 });
  expect(await row.textContent()).toContain("from run 1 at step 13, images a step 32, optimiser sgd");
  await page.locator("h1").click();
  await page.keyboard.press("Space");
  await ended(page);
  const session = await TrainingSession.open(settings, await openData(settings));
  await session.advance(13);
  await session.branch({ branch: 0, step: 13 }, { optimizer: "sgd", batchSize: 32 });
  const wanted = await session.advance(20);
  const rows = await rowsOf(page, 1);
  expect(rows.map(([, step]) => step)).toEqual(wanted.points.step);
  expectClose(
    rows.map(([, , loss]) => loss!),
    wanted.points.loss,
  );
  // 13 steps of 16 images and 4 of 32; an epoch has 10, and 5.
  expect(await stepNow(page)).toBe(17);
  expect(Number(await row.locator("td").nth(2).getAttribute("data-value"))).toBeCloseTo(2.1, 6);
  await page.context().close();
});

test.each([
  { locale: "en", theme: "light", width: 1200 },
  { locale: "ru", theme: "dark", width: 360 },
] as const)("breaks no rule in $locale at $width pixels, before and after a step", async (options) => {
  const { page, complaints } = await studio.open(ADDRESS, options);
  await page.locator(".room").waitFor();
  const check = async (): Promise<void> => {
    expect(await violationsOn(page)).toEqual([]);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
  };
  await check();
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => stepNow(page)).toBe(1);
  await expect.poll(() => page.getByTestId("inspector").getAttribute("data-step")).toBe("1");
  await expect.poll(() => page.getByTestId("reading").count()).toBe(1);
  await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true");
  await check();
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("an address that makes no sense is brought into range", async () => {
  const { page, complaints } = await studio.open(
    "#/room?images=-4&optimizer=none&net=what~7&epochs=1e9&learningRate=x",
  );
  await page.locator(".room").waitFor();
  expect(await page.getByLabel("training images").inputValue()).toBe("100");
  expect(await page.getByLabel("optimiser").inputValue()).toBe("adamW");
  expect(await page.getByLabel("epochs").inputValue()).toBe("500");
  expect(await page.getByLabel("learning rate η").inputValue()).toBe("0.003");
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("on a static site no server is asked, and what it would serve says what to do", async () => {
  const { page, complaints } = await studio.open("#/");
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(`${studio.url}#/room?source=mnist`);
  await page.locator(".room").waitFor();
  expect(await page.getByRole("region", { name: "Data" }).textContent()).toContain("Open it by nabla studio");
  expect(
    await page.getByRole("option", { name: "MNIST, from the command line", exact: true }).isDisabled(),
  ).toBe(true);
  await page.keyboard.press("ArrowRight");
  await expect
    .poll(() => page.locator(".room-controls [role=alert]").textContent())
    .toContain("served as a static site");
  expect(asked.filter((path) => path.includes("/api/"))).toEqual([]);
  expect(complaints).toEqual([]);
  await page.context().close();
});
