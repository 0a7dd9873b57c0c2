// `nabla explain` and `nabla check` as whole command lines, on a net trained for a moment on drawn digits.
import { EventEmitter } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommandLine } from "../src/cli/program.ts";
import { recordingTerminal } from "../src/cli/terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "nabla-explain-"));
const run = join(folder, "run");
const before = process.env["NABLA_CACHE"];

async function nabla(...args: readonly string[]): Promise<{ code: number; output: string; errors: string }> {
  const terminal = recordingTerminal({ columns: 100 });
  const signals = Object.assign(new EventEmitter(), { exit: () => {} });
  const code = await runCommandLine(args, { terminal, signals });
  return { code, output: terminal.output(), errors: terminal.errors() };
}
const records = (output: string): Record<string, unknown>[] =>
  output
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const explain = (...args: readonly string[]) => nabla("explain", run, "--limit", "20", ...args);

beforeAll(async () => {
  process.env["NABLA_CACHE"] = join(folder, "cache");
  const few = ["--limit", "100", "--epochs", "1", "--batch-size", "50", "--quiet"];
  await nabla("train", "--model", "lenet5", "--out", run, ...few);
  await nabla("train", "--model", "linear", "--out", join(folder, "linear"), ...few);
}, 60_000);
afterAll(() => {
  if (before === undefined) delete process.env["NABLA_CACHE"];
  else process.env["NABLA_CACHE"] = before;
  rmSync(folder, { recursive: true });
});

describe("nabla explain", () => {
  it("draws the image beside what a class hangs on, and saves it", async () => {
    const out = join(folder, "pictures", "saliency.png");
    const { code, output } = await explain("--index", "2", "--class", "7", "--out", out);
    expect(code).toBe(0);
    expect(output).toMatch(/class 7, probability \d+\.\d %\nsaved as .*saliency\.png\n$/);
    const { width, height, format } = await sharp(out).metadata();
    // Two images of 28 × 28 with a pixel between, each pixel a square.
    expect([format, width, height]).toEqual(["png", 57 * 8, 28 * 8]);
    expect(readdirSync(join(folder, "pictures"))).toEqual(["saliency.png"]);
  });

  it("gives the figures of every method as a record", async () => {
    const record = async (...args: readonly string[]) =>
      records((await explain("--json", ...args)).output)[0]!;
    expect(await record()).toMatchObject({
      type: "explanation",
      method: "saliency",
      gradient: { shape: [1, 28, 28] },
    });
    expect(await record("--method", "occlusion", "--patch", "14")).toMatchObject({
      size: 14,
      drops: { shape: [15, 15] },
    });
    expect(await record("--method", "grad-cam")).toMatchObject({ layer: "4", map: { shape: [10, 10] } });
    const { layers } = (await record("--method", "features")) as { layers: unknown[] };
    expect(layers[0]).toEqual({ layer: "0", type: "conv2d", shape: [6, 28, 28] });
    expect(await record("--method", "filters")).toMatchObject({ layer: "0", shape: [6, 1, 5, 5] });
    expect(await record("--method", "maximize", "--class", "3", "--steps", "3")).toMatchObject({
      reached: [{ channel: 3 }],
    });
    expect(await record("--method", "shift", "--reach", "1")).toMatchObject({ reach: 1, count: 20 });
    const { points } = (await record("--method", "noise")) as { points: unknown[] };
    expect(points.length).toBe(9);
  });

  it("shows templates of a linear net and the table of a curve", async () => {
    const out = join(folder, "templates.png");
    const linear = await nabla("explain", join(folder, "linear"), "--method", "templates", "--out", out);
    expect(linear.output).toMatch(/layer 1: 10 templates/);
    // Four columns and three rows of 28 × 28, four pixels a pixel.
    expect(await sharp(out).metadata()).toMatchObject({ width: 115 * 4, height: 86 * 4 });
    const { output } = await explain("--method", "rotation");
    expect(output).toMatch(/^20 images\n\ndegrees +accuracy +confidence +loss\n +-90 /);
  });

  it("takes a picture from a file", async () => {
    const picture = join(folder, "seven.png");
    const grey = new Uint8Array(40 * 40).fill(255).map((_, i) => (i % 40 > 15 && i % 40 < 22 ? 20 : 250));
    await sharp(grey, { raw: { width: 40, height: 40, channels: 1 } })
      .png()
      .toFile(picture);
    const { code, output } = await explain(picture, "--method", "occlusion");
    expect([code, output]).toEqual([0, expect.stringMatching(/a square of 7 pixels costs -?\d/)]);
  });

  it("says what is wrong before anything is computed, and leaves no file", async () => {
    const out = join(folder, "none.png");
    const cases: [string[], RegExp][] = [
      [["--method", "noise", "--out", out], /explain: noise gives figures and no picture/],
      [["--method", "filters", "--index", "1"], /filters looks at no single image, --index has no use/],
      [["--out", "a.jpg"], /--out writes PNG, "a.jpg" does not end with .png/],
      [["--index", "20"], /--index 20 is no image, there are 20. Give 0 to 19/],
      [["--class", "x"], /--class "x" is unknown. The classes are 0, 1/],
      [["--method", "grad-cam", "--layer", "77", "--out", out], /the net has no layer "77"/],
      [["--method", "templates", "--out", out], /the first layer must be dense and see all 784 pixels/],
      [["--method", "magic"], /is invalid. Allowed choices are saliency/],
    ];
    for (const [args, expected] of cases) {
      const { code, errors } = await explain(...args);
      expect([code, errors]).toEqual([2, expect.stringMatching(expected)]);
    }
    expect(existsSync(out)).toBe(false);
    expect((await nabla("explain", join(folder, "nothing"))).code).toBe(1);
  });
});

describe("--profile", () => {
  it("of nabla train tells where a step's time goes, saves a trace and no run", async () => {
    const trace = join(folder, "trace.json");
    const small = ["--model", "lenet5", "--limit", "60", "--batch-size", "20"];
    const { code, output } = await nabla("train", ...small, "--profile", trace);
    expect(code).toBe(0);
    expect(output).toMatch(/a step: \d+\.\d{3} ms in \d+ kernels\n\nlayer +type +phase +kernels +µs +share/);
    expect(output).toMatch(/\n0 +conv2d +backward +\d/);
    expect(output).toMatch(/\nop +kernels .*\nslowest kernels /s);
    const { traceEvents } = JSON.parse(readFileSync(trace, "utf8")) as { traceEvents: { cat?: string }[] };
    expect(traceEvents.filter(({ cat }) => cat === "step").length).toBe(20);
    expect((await nabla("train", ...small, "--profile", trace, "--dry-run")).errors).toContain(
      "--dry-run and --profile cannot be done together",
    );
    expect((await nabla("train", ...small, "--profile", trace, "--device", "reference")).errors).toContain(
      "has no kernels to time",
    );
  });

  it("of nabla summary times the net alone, as a record too", async () => {
    const trace = join(folder, "net.json");
    const [record] = records(
      (await nabla("summary", "--model", "linear", "--profile", trace, "--json")).output,
    );
    expect(record).toMatchObject({ type: "profile", trace, ceiling: { flops: expect.any(Number) } });
    expect((record!["layers"] as { layer: string }[]).map(({ layer }) => layer)).toContain("1");
    expect(existsSync(trace)).toBe(true);
  });
});

describe("nabla check", () => {
  it("tells the largest error of every layer", async () => {
    const { code, output } = await nabla("check", "--model", "linear", "--shape", "1x4x4", "--classes", "3");
    expect(code).toBe(0);
    expect(output).toMatch(
      /^layer +type +by +shape +moved +error alone +in the net\n0 +flatten +input +2×1×4×4/,
    );
    expect(output).toMatch(/\n1 +linear +weight +3×16 +5 +\d\.\de-\d+ +\d\.\de-\d+\n/);
    expect(output).toMatch(/\n4 gradients checked, all agree with central differences\n$/);
  });

  it("checks a saved run and the ops, as records too", async () => {
    const saved = records((await nabla("check", join(folder, "linear"), "--samples", "1", "--json")).output);
    expect(saved.at(-1)).toEqual({ type: "check", checked: 4, wrong: 0 });
    expect(saved[2]).toMatchObject({
      type: "gradient",
      layer: "1",
      name: "weight",
      checked: 1,
      isRight: true,
    });
    const { code, output } = await nabla("check", "--ops", "--samples", "1");
    expect([code, output]).toEqual([
      0,
      expect.stringMatching(/^op +samples +moved +error\n.*\nmatmul .*all agree/s),
    ]);
  });

  it("refuses what does not go together", async () => {
    expect((await nabla("check", "--ops", "--model", "cnn")).errors).toContain(
      "--model and --ops cannot be had together",
    );
    expect((await nabla("check", "--model", "cn")).errors).toContain('Did you mean "cnn"?');
    expect((await nabla("check", "--samples", "0")).code).toBe(2);
    writeFileSync(join(folder, "broken"), "nothing");
    expect((await nabla("check", join(folder, "broken"))).code).toBe(1);
  });
});
