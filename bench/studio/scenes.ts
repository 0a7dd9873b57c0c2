// What is done with the studio while it is watched: the training room from its first step to a branch, a run of a
// hundred thousand points, and the main actions of every lab.
import type { Page } from "playwright-core";

/** Something done with a page. */
export interface Act {
  readonly name: string;
  readonly act: (page: Page) => Promise<void>;
}

/** A page, opened anew, and what is done with it one after another. */
export interface Scene {
  readonly name: string;
  readonly hash: string;
  /** What is waited for until the page is open. */
  readonly ready: string;
  readonly acts: readonly Act[];
}

/** Names of the runs of many points that the server has. */
export const LONG_RUNS = Array.from({ length: 8 }, (_, i) => `long-${i + 1}`);
export const LONG_POINTS = 100_000;

const act = (name: string, does: (page: Page) => Promise<void>): Act => ({ name, act: does });
const seconds = (page: Page, count: number): Promise<void> => page.waitForTimeout(count * 1e3);

/** Presses a key on the page itself. */
const press =
  (key: string, times = 1, pause = 0.3) =>
  async (page: Page): Promise<void> => {
    await page.locator("h1").click();
    for (let i = 0; i < times; i++) {
      await page.keyboard.press(key);
      await seconds(page, pause);
    }
  };
const run = (forSeconds: number): Act =>
  act("run", async (page) => {
    await press("Space")(page);
    await seconds(page, forSeconds);
  });
const pause = act("pause", async (page) => {
  await press("Space")(page);
  await seconds(page, 1.5);
});
const steps = act("steps", press("ArrowRight", 5));

/** Holds the middle of what a selector finds and moves it about. */
const drag = (selector: string, way: readonly (readonly [number, number])[]): Act =>
  act("drag", async (page) => {
    const target = page.locator(selector).first();
    await target.scrollIntoViewIfNeeded();
    const box = (await target.boundingBox())!;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    for (const [dx, dy] of way) {
      await page.mouse.move(x + dx, y + dy, { steps: 8 });
      await seconds(page, 0.15);
    }
    await page.mouse.up();
    await seconds(page, 0.5);
  });
const AROUND = [
  [40, 0],
  [40, 40],
  [-40, 40],
  [-40, -40],
  [0, 0],
] as const;

/** Moves a slider with its keys. */
const slide = (name: string, key: string, times: number): Act =>
  act("slide", async (page) => {
    await page.getByRole("slider", { name }).first().focus();
    for (let i = 0; i < times; i++) {
      await page.keyboard.press(key);
      await seconds(page, 0.1);
    }
    await seconds(page, 0.5);
  });

/** Draws a stroke from corner to corner on the pad, in many points. */
const draw = act("draw", async (page) => {
  const pad = page.getByRole("application", { name: "Drawing pad" });
  await pad.scrollIntoViewIfNeeded();
  const { x, y, width } = (await pad.boundingBox())!;
  for (const [from, to] of [
    [0.2, 0.8],
    [0.8, 0.3],
  ] as const) {
    await page.mouse.move(x + from * width, y + from * width);
    await page.mouse.down();
    for (let i = 1; i <= 40; i++) {
      const at = from + ((to - from) * i) / 40;
      await page.mouse.move(x + at * width, y + (at + 0.1 * Math.sin(i / 3)) * width);
      await seconds(page, 0.02);
    }
    await page.mouse.up();
  }
  await seconds(page, 0.5);
});

const branch = act("branch", async (page) => {
  await page.getByRole("button", { name: /^Branch from step/ }).click();
  await page.locator('tr[data-branch="1"]').waitFor();
  await press("Space")(page);
  await seconds(page, 3);
  await press("Space")(page);
  await seconds(page, 1);
});
const table = act("open the table", async (page) => {
  await page.locator("details.panel").last().locator("summary").click();
  await seconds(page, 0.5);
});

const room: Scene = {
  ...{ name: "room", hash: "#/room", ready: ".room" },
  acts: [run(5), pause, slide("step looked at", "PageDown", 10), branch, table],
};

/** A net so small that a run of its own has many thousands of points soon. */
const fast: Scene = {
  ...{ name: "own run of many steps", ready: ".room" },
  hash: "#/room?images=2000&batchSize=1&epochs=500&net=flatten",
  acts: [run(12), pause, slide("step looked at", "PageDown", 5)],
};

const long = (name: string, runs: readonly string[]): Scene => ({
  ...{ name, ready: `[data-points="${LONG_POINTS}"]` },
  hash: `#/room?watch=${encodeURIComponent(runs.join("\n"))}`,
  acts: [
    slide("smoothing", "ArrowLeft", 5),
    act("another quantity", async (page) => {
      await page.getByRole("combobox", { name: "also" }).selectOption("gradientNorm");
      await seconds(page, 0.5);
      await page.getByRole("checkbox", { name: "log axis" }).click();
      await seconds(page, 0.5);
    }),
    run(5),
    pause,
  ],
});

const lab = (id: string, ...acts: Act[]): Scene => ({
  ...{ name: id, hash: `#/${id}`, ready: `[data-lab="${id}"]`, acts },
});

/** Everything that is walked through. */
export const SCENES: readonly Scene[] = [
  room,
  fast,
  long("100 000 points", LONG_RUNS.slice(0, 1)),
  long("8 runs of 100 000 points", LONG_RUNS),
  lab("step", run(2), steps, drag(".handle", AROUND)),
  lab("surface", run(2), steps, drag(".handle", AROUND)),
  lab("stopping", run(2), slide("step", "ArrowRight", 10)),
  lab("error", drag(".handle", AROUND)),
  lab("graph", run(2), steps),
  lab("partials", slide("hidden layers", "ArrowRight", 10), slide("neurons a layer", "ArrowRight", 5)),
  lab(
    "parameters",
    act("type", async (page) => {
      await page.getByRole("button", { name: "Add a hidden layer" }).click();
      await page.getByLabel("hidden layer 1").pressSequentially("00", { delay: 100 });
      await seconds(page, 1);
    }),
  ),
  lab("neuron", steps, draw, run(4)),
  lab("shift", steps, slide("The digit", "ArrowRight", 6), run(5)),
  lab(
    "overfitting",
    run(5),
    act("type", async (page) => {
      await page.getByRole("textbox", { name: "training images" }).fill("");
      await page.getByRole("textbox", { name: "training images" }).pressSequentially("350", { delay: 150 });
      await seconds(page, 2);
    }),
  ),
  lab("by-hand", run(2), slide("the filter on the image", "ArrowRight", 6)),
  lab("filters", slide("place of the filter", "ArrowRight", 6)),
  lab("maximum", run(2), slide("the pattern; drag it", "ArrowRight", 6)),
  lab("channels", slide("place in the map", "ArrowDown", 6)),
  lab("cortex", run(5), slide("direction of the bar; drag it", "ArrowUp", 10)),
  lab(
    "quiz",
    act("answer", async (page) => {
      const options = page.locator("[data-question] button");
      for (let i = 0; i < 6; i++) {
        await options.nth(i).click();
        await seconds(page, 0.2);
      }
    }),
  ),
];
