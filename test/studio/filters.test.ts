// The lab of filters in a browser: the engine's numbers, filters typed in, pictures from a file and a camera, and the
// refusals that go with them.
import { afterAll, beforeAll, expect, test } from "vitest";
import { filterPicture, measureEdges, scene } from "../../studio/labs/filters/compute.ts";
import { openStudio, type Studio } from "./harness.ts";
import { tableRows } from "./page.ts";

let studio: Studio;
beforeAll(async () => {
  studio = await openStudio();
});
afterAll(() => studio?.close());

const W = [1, 0, -1, 0.5, 3, 0, -1, 0, 2];

test("the table holds the engine's numbers, exactly, with b counted for every weight", async () => {
  const { page } = await studio.open(
    `#/filters?picture=noise&seed=7&w=${W.join(";")}&b=2&inside=true&x=5&y=9`,
  );
  const filter = { side: 3, values: W, bias: 18 };
  const map = await filterPicture(await scene("noise", 7), filter);
  const { vertical, horizontal, flat } = await measureEdges(filter);
  const here = map.values[9 * map.width + 5]!;
  const expected = [vertical, horizontal, flat, map.min, map.max, map.mean, here, 18];
  await expect.poll(async () => (await tableRows(page)).map((row) => row[1])).toEqual(expected);
  await page.context().close();
});

test("the vertical edges are found by typing, and the place moves by keys", async () => {
  const { page } = await studio.open("#/filters?picture=fence");
  const task = page.getByTestId("task");
  await expect.poll(async () => (await tableRows(page)).length).toBe(8);
  expect(await task.getAttribute("data-done")).toBe("false");
  for (const [i, value] of [-1, 0, 1, -1, 0, 1, -1, 0, 1].entries()) {
    await page.getByLabel(`filter, row ${Math.floor(i / 3) + 1}, column ${(i % 3) + 1}`).fill(String(value));
  }
  await expect.poll(() => task.getAttribute("data-done")).toBe("true");
  await page.getByRole("slider", { name: "place of the filter" }).press("Shift+ArrowRight");
  await expect.poll(() => page.url()).toContain("x=84");
  await page.context().close();
});

test("a picture of the reader's is read in the page; one that is none is refused in words", async () => {
  const { page, complaints } = await studio.open("#/filters?w=0;0;0;0;1;0;0;0;0");
  const file = page.locator('input[type="file"]');
  await file.setInputFiles({ name: "a.png", mimeType: "image/png", buffer: Buffer.from("not a picture") });
  await expect.poll(() => page.getByRole("alert").textContent()).toContain("no picture");
  const grey = await page.evaluate<string>(`(() => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 100 });
    const context = canvas.getContext("2d");
    context.fillStyle = "rgb(100, 100, 100)";
    context.fillRect(0, 0, 640, 100);
    return canvas.toDataURL("image/png").split(",")[1];
  })()`);
  await file.setInputFiles({
    name: "b.png",
    mimeType: "image/png",
    buffer: Buffer.from(grey, "base64"),
  });
  // 640 × 100 is brought to 320 × 50, and the filter leaves 318 × 48.
  await expect.poll(() => page.getByText("Map, 318×48").count()).toBe(1);
  await expect
    .poll(async () => (await tableRows(page)).slice(3, 6).map((row) => Math.round(Number(row[1]))))
    .toEqual([100, 100, 100]);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("the camera's refusal is explained; where it is allowed its pictures are filtered and it is let go", async () => {
  const { page } = await studio.open("#/filters?w=0;0;0;0;1;0;0;0;0");
  await page.evaluate(`
    navigator.mediaDevices.getUserMedia = () =>
      Promise.reject(new DOMException("Permission denied", "NotAllowedError"));
  `);
  await page.getByRole("button", { name: "Camera" }).click();
  await expect.poll(() => page.getByRole("alert").textContent()).toContain("not allowed");
  await page.evaluate(`
    const canvas = Object.assign(document.createElement("canvas"), { width: 160, height: 120 });
    const context = canvas.getContext("2d");
    setInterval(() => context.fillRect(0, 0, 160, 120), 30);
    var stream = canvas.captureStream(30);
    navigator.mediaDevices.getUserMedia = () => Promise.resolve(stream);
  `);
  await page.getByRole("button", { name: "Camera" }).click();
  await expect.poll(() => page.getByText("Map, 158×118").count()).toBe(1);
  await page.getByRole("button", { name: "Stop the camera" }).click();
  await expect
    .poll(() => page.evaluate("stream.getTracks().every((track) => track.readyState === 'ended')"))
    .toBe(true);
  await page.context().close();
});

test("a camera's live pictures are filtered one after another until it is stopped", async () => {
  const { page, complaints } = await studio.open("#/filters?w=0;0;0;0;1;0;0;0;0");
  await page.context().grantPermissions(["camera"]);
  await page.getByRole("button", { name: "Camera" }).click();
  // The drawn picture's mean first, then that of one picture of the camera after another.
  const means = new Set<unknown>();
  await expect.poll(async () => means.add((await tableRows(page))[5]?.[1]).size).toBeGreaterThan(3);
  await page.getByRole("button", { name: "Stop the camera" }).click();
  await page.getByRole("button", { name: "Camera", exact: true }).waitFor();
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("an address that makes no sense is brought into range", async () => {
  const { page, complaints } = await studio.open("#/filters?picture=own&w=1;2&b=1e9&view=no&x=-5&y=9999");
  await expect.poll(async () => (await tableRows(page)).at(-1)?.[1]).toBe(255);
  expect(page.url()).toContain("y=319");
  expect(complaints).toEqual([]);
  await page.context().close();
});
