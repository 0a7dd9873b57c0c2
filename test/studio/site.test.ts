// The build as any web server may host it: under another path, without the headers of isolation, with the network gone
// once it is loaded; and addresses, history, reloading and two tabs as readers use them.
import { readdir, readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { descend } from "../../studio/labs/step/compute.ts";
import { openStudio, type Studio } from "./harness.ts";
import { tableRows } from "./page.ts";

const BUILT = fileURLToPath(new URL("../../dist/studio/", import.meta.url));
const LABS = fileURLToPath(new URL("../../studio/labs/", import.meta.url));
const AT = "/courses/2026/nabla/";
/** All that the plainest server knows; the kernels come as bytes of no type. */
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

let studio: Studio;
let plain: Server;
let at: string;
/** Bytes that have been served, each file as gzip makes it, without the kernels. */
let loaded = 0;
beforeAll(async () => {
  studio = await openStudio();
  plain = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url!, "http://plain").pathname));
    const name = path.startsWith(AT) ? path.slice(AT.length) || "index.html" : "";
    const body = await readFile(join(BUILT, name)).catch(() => undefined);
    if (body && !name.endsWith(".wasm")) loaded += gzipSync(body).length;
    response.writeHead(body ? 200 : 404, {
      "Content-Type": TYPES[extname(name)] ?? "application/octet-stream",
    });
    response.end(body);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => plain.once("listening", resolve));
  at = `http://127.0.0.1:${(plain.address() as AddressInfo).port}${AT}`;
});
afterAll(async () => {
  await studio?.close();
  plain?.close();
});

const rowsOf = async (w: number, eta: number, steps: number): Promise<number[][]> =>
  (await descend("square", w, eta, steps)).map(({ w, value, slope }, t) => [t, w, value, slope]);
const stateOf = (page: Page): string => page.url().split("#")[1] ?? "";

test("under another path, not isolated, it computes the same; and goes on with the network gone", async () => {
  const { page, complaints } = await studio.open("#/step?w=3&eta=0.3&t=4", { at });
  await expect.poll(() => tableRows(page)).toEqual(await rowsOf(3, 0.3, 4));
  expect(await page.evaluate("crossOriginIsolated")).toBe(false);
  await page.waitForLoadState("networkidle");
  expect(complaints).toEqual([]);
  const missed: string[] = [];
  page.on("requestfailed", (request) => missed.push(request.url()));
  await page.context().setOffline(true);
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => tableRows(page)).toEqual(await rowsOf(3, 0.3, 5));
  await page.getByLabel("start w⁰", { exact: true }).first().fill("2.5");
  await expect.poll(() => tableRows(page)).toEqual(await rowsOf(2.5, 0.3, 5));
  // Chromium without a window asks for the icon at every new address.
  expect(missed.filter((url) => !url.endsWith("/icon.svg"))).toEqual([]);
  // A page that was never loaded says that it is out of reach, and comes once the network does.
  await page.getByRole("link", { name: "Next: The surface →" }).click();
  await expect.poll(() => page.locator(".notice").count()).toBe(1);
  await page.context().setOffline(false);
  await page.getByRole("button", { name: "Load again" }).click();
  await expect.poll(() => page.locator("article[data-lab=surface]").count()).toBe(1);
  await page.context().close();
});

test("a net is trained on one thread there", async () => {
  const { page, complaints } = await studio.open("#/neuron?images=200&t=1", { at });
  await expect.poll(() => page.locator(".epochs").getAttribute("data-epoch")).toBe("1");
  expect(complaints).toEqual([]);
  await page.context().close();
});

test.each([...(await readdir(LABS)), "room", ""])(
  "the first load of #/%s is 250 kB at most",
  async (name) => {
    loaded = 0;
    const { page } = await studio.open(`#/${name}`, { at });
    await page.locator("h1").waitFor();
    if (name !== "" && name !== "room") {
      await page
        .locator('[data-testid="lab-table"] td')
        .first()
        .waitFor({ state: "attached", timeout: 50_000 });
    }
    await page.waitForLoadState("networkidle");
    expect(loaded).toBeGreaterThan(10_000);
    expect(loaded).toBeLessThan(250_000);
    await page.context().close();
  },
);

test("back, forward and reloading keep each lab's state; two tabs have each their own", async () => {
  const { page, complaints } = await studio.open("#/step?t=1");
  await expect.poll(() => tableRows(page)).toHaveLength(2);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => stateOf(page)).toBe("/step?t=3");
  await page.getByRole("link", { name: "The surface →", exact: true }).click();
  await page.getByRole("slider", { name: "start; drag" }).press("ArrowRight");
  await expect.poll(() => stateOf(page)).toBe("/surface?x=-8.9&t=0");
  await page.goBack();
  await expect.poll(() => tableRows(page)).toHaveLength(4);
  expect(stateOf(page)).toBe("/step?t=3");
  await page.goForward();
  await expect.poll(() => page.getByLabel("start x").inputValue()).toBe("−8.9");
  await page.reload();
  await expect.poll(() => page.getByLabel("start x").inputValue()).toBe("−8.9");
  const tab = await page.context().newPage();
  await tab.goto(`${studio.url}#/step?t=5`);
  await expect.poll(() => tableRows(tab)).toHaveLength(6);
  expect(stateOf(page)).toBe("/surface?x=-8.9&t=0");
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("a lab that runs does not write over the address that its reader goes to", async () => {
  const { page } = await studio.open("#/stopping?t=0&eta=0.01");
  // The event of an address comes after the address: here so late that the lab draws itself many times in between.
  await page.addInitScript(`addEventListener("hashchange", (event) => {
    if (!event.isTrusted) return;
    event.stopImmediatePropagation();
    setTimeout(() => dispatchEvent(new Event("hashchange")), 500);
  })`);
  await page.reload();
  await expect.poll(() => tableRows(page)).toHaveLength(1);
  await page.keyboard.press("Space");
  await expect.poll(() => stateOf(page)).toMatch(/t=[1-9]/);
  await page.evaluate(`{ location.hash = "#/stopping?t=0&seed=77" }`);
  await expect.poll(() => page.getByRole("textbox", { name: "η" }).inputValue()).toBe("0.2");
  expect(stateOf(page)).toContain("seed=77");
  await page.context().close();
});

test.each([
  ["stopping", "t=100", "t=0&seed=77", "t=4&seed=77"],
  ["surface", "t=40", "t=3&eta=0.5", "eta=0.5&t=4"],
  ["graph", "t=5", "t=1&x1=2", "x1=2&t=2"],
  ["step", "t=6&eta=0.2", "t=3&eta=0.3", "eta=0.3&t=4"],
  ["by-hand", "x=2&y=1", "x=1&seed=5", "x=2&seed=5"],
  ["maximum", "x=4&y=2", "x=1&y=1", "x=2&y=1"],
])(
  "%s, at a tick that was set before, goes on from the address that its reader went to",
  async (lab, from, to, then) => {
    const { page } = await studio.open(`#/${lab}?${from}`);
    // Ticks come when they are called for; the engine's answers and the page's own work are no such timers.
    await page.addInitScript(`{
    const real = setTimeout;
    globalThis.tick = undefined;
    globalThis.setTimeout = (f, ms, ...more) =>
      [50, 60, 140, 450, 600, 700].includes(ms) ? ((globalThis.tick = f), -1) : real(f, ms, ...more);
  }`);
    await page.reload();
    await page.locator("article.lab").waitFor();
    await expect.poll(() => tableRows(page)).not.toHaveLength(0);
    await page.keyboard.press("Space");
    await expect.poll(() => page.evaluate("typeof tick")).toBe("function");
    // After the lab has heard of the address, and before it has taken the timer back.
    await page.evaluate(`{
    addEventListener("hashchange", () => tick(), { once: true });
    location.hash = "#/${lab}?${to}";
  }`);
    await expect.poll(() => stateOf(page)).toBe(`/${lab}?${then}`);
    await page.context().close();
  },
);

test.each([
  ["#/step?w=%E0%A4%A&eta=1,5&t=2&unknown=1", "/step?eta=1.5"],
  ["#/step?w=NaN&eta=Infinity&t=1e99&q=__proto__", "/step?t=40"],
  ["#step?t=1", "/step?t=1"],
])("the broken address %s shows the lab", async (address, state) => {
  const { page, complaints } = await studio.open(address);
  await expect.poll(() => page.getByTestId("now").count()).toBe(1);
  await expect.poll(() => stateOf(page)).toBe(state);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test.each(["#/no-such-lab", "#/constructor", "#/%", "#/../../etc/passwd"])(
  "the address %s is told to lead nowhere",
  async (address) => {
    const { page, complaints } = await studio.open(address);
    await expect.poll(() => page.getByText("There is no such page.").count()).toBe(1);
    await page.getByRole("link", { name: "To the start page" }).click();
    await page.locator(".cards").first().waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  },
);
