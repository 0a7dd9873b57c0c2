// A report: everything in one file, every text shown as text, curves and matrix that say what was measured.
import { describe, expect, it } from "vitest";
import type { Evaluation, FitEvent } from "../../train/index.ts";
import { drawChart, linearTicks, logarithmicTicks } from "./curves.ts";
import { html } from "./html.ts";
import { type ReportParts, reportText } from "./report.ts";

const classes = ["<b>cat</b>", 'dog" onload="x'];
const score = { loss: 0.5, accuracy: 0.75 };
const events: FitEvent[] = [
  {
    ...{ type: "start", epochs: 2, stepsPerEpoch: 2, batchSize: 4, trainImages: 8, validationImages: 4 },
    ...{ parameters: 6, device: "cpu <x>", step: 0 },
  },
  ...[1, 2, 3, 4].map(
    (step): FitEvent => ({
      ...{ type: "step", epoch: Math.ceil(step / 2), step, loss: 2 / step, accuracy: step / 5 },
      ...{ learningRate: 0.1, imagesPerSecond: 100 },
    }),
  ),
  { type: "epoch", epoch: 1, step: 2, train: { loss: 1.5, accuracy: 0.3 }, validation: score, seconds: 1 },
  { type: "epoch", epoch: 2, step: 4, train: { loss: 0.6, accuracy: 0.7 }, validation: score, seconds: 1 },
  { type: "end", reason: "epochs", epochs: 2, step: 4, seconds: 2, imagesPerSecond: 50, waited: 0 },
];
const evaluation = {
  ...{ loss: 0.4, accuracy: 0.75, count: 4, topK: [0.75, 1], classes: [], calibrationError: 0.01 },
  confusion: [
    [2, 0],
    [1, 1],
  ],
  worst: [{ index: 3, label: 1, predicted: 0, probability: 0.9, loss: 2.3 }],
} as unknown as Evaluation;
const picture = { pixels: new Uint8Array(4), shape: [1, 2, 2] as const };
const parts: ReportParts = {
  ...{ name: "a</title><script>alert(1)</script>", config: { model: "cnn", out: "<i>" }, events, evaluation },
  layers: [{ name: "0", type: "linear", shape: [2], parameters: 6, flops: 8 }],
  shown: { classes, pictures: new Map([[3, picture]]) },
  pictureOf: async () => "data:image/png;base64,AAAA",
};

describe("a report", () => {
  it("shows names as text and needs nothing from elsewhere", async () => {
    const text = await reportText(parts);
    expect(text).not.toMatch(/<script|<b>cat|<i>|cpu <x>|onload="x/);
    expect(text).toContain("&lt;b&gt;cat&lt;/b&gt;");
    expect(text).not.toMatch(/(href|src)="(?!data:image\/png)|url\(|@import|style="|\bon\w+="/);
    expect(text).toContain(`content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"`);
    expect(text).toContain("prefers-color-scheme: dark");
  });
  it("tells the score, each epoch, confusions, mistakes, layers and configuration", async () => {
    const text = await reportText(parts);
    expect(text).toContain("<b>75.00 %</b>test accuracy");
    expect(text).toContain("<b>1</b>of 4 wrong");
    expect(text).toContain('<tr><th scope="row">2</th><td>0.6000</td><td>70.00 %</td>');
    expect(text).toMatch(/<td class="shade-6">1<\/td><td class="right shade-6">1<\/td><td>50\.0 %<\/td>/);
    expect(text).toContain('<img src="data:image/png;base64,AAAA" alt=""><span>');
    expect(text).toMatch(/linear<\/td><td>2<\/td><td>6<\/td><td>8</);
    expect(text).toContain("<dt>model</dt><dd>cnn</dd>");
  });
  it("does without pictures, mistakes, validation, events and a matrix of very many classes", async () => {
    const many = Array.from({ length: 100 }, (_, i) => `c${i}`);
    const text = await reportText({
      ...parts,
      events: [],
      evaluation: { ...evaluation, worst: [] },
      shown: { classes: many, pictures: new Map() },
    });
    expect(text).toContain("There are none.");
    expect(text).toContain("100 classes are too many to show");
    expect(text.match(/Nothing was measured/g)).toHaveLength(2);
    const bare = await reportText({ ...parts, pictureOf: async () => undefined });
    expect(bare).not.toContain("<img");
  });
});

describe("a chart", () => {
  const format = String;
  it("puts the least and the largest at the edges, in the order of the axes", () => {
    const points = [
      [0, 1],
      [1, 3],
      [2, 2],
    ] as const;
    const { text } = drawChart({
      title: "t",
      xLabel: "x",
      curves: [{ label: "a", kind: "first", points }],
      format,
    });
    const [, line] = text.match(/<polyline class="first" points="([^"]+)"/)!;
    expect(line).toBe("64.0,260.0 346.0,12.0 628.0,136.0");
    expect(text).toContain('aria-label="t: a from 1 to 2"');
  });
  it("leaves out what cannot be drawn: no number, and 0 where ratios count", () => {
    const points = [
      [0, Number.NaN],
      [1, 0],
      [2, 1],
      [3, 100],
    ] as const;
    const curves = [{ label: "a", kind: "first", points }] as const;
    const { text } = drawChart({ title: "t", xLabel: "x", curves, format, isLogarithmic: true });
    expect(text.match(/<circle/g)).toHaveLength(2);
    expect(text).not.toContain("NaN");
  });
  it("draws a long curve in few points with the same mean", () => {
    const points = Array.from({ length: 100_000 }, (_, i) => [i, i % 2] as const);
    const { text } = drawChart({
      title: "t",
      xLabel: "x",
      curves: [{ label: "a", kind: "faint", points }],
      format,
    });
    expect(text.match(/<polyline[^>]+points="([^"]+)"/)![1]!.split(" ")).toHaveLength(400);
    expect(text.length).toBeLessThan(10_000);
  });
  it("has round ticks", () => {
    expect(linearTicks(0, 1)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(linearTicks(3, 47)).toEqual([10, 20, 30, 40]);
    expect(linearTicks(5, 5)).toEqual([5]);
    expect(logarithmicTicks(0.03, 2)).toEqual([0.05, 0.1, 0.2, 0.5, 1, 2]);
    expect(logarithmicTicks(1e-6, 1)).toEqual([1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1]);
  });
});

it("html shows values as text and nests what it made", () => {
  const inner = html`<i>${"a&b'"}</i>`;
  expect(html`<p title="${'"'}">${[inner, 3, undefined]}</p>`.text).toBe(
    '<p title="&quot;"><i>a&amp;b&#39;</i>3</p>',
  );
});
