// Tables, matrices and pictures on terminals with and without colours and width.
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import type { ImageSet } from "../../data/image-set.ts";
import type { Evaluation } from "../../train/events.ts";
import { recordingTerminal } from "../terminal.ts";
import { confusionMatrix } from "./confusion.ts";
import { drawMistakes, evaluationText, showImages, showWorst } from "./evaluation.ts";
import { layerTable } from "./layer-table.ts";
import { cut, padLeft, widthOf } from "./lines.ts";
import { drawGallery, drawPicture } from "./picture.ts";

const plain = recordingTerminal({ columns: 80 });
const ascii = recordingTerminal({ columns: 80, hasUnicode: false });
const coloured = recordingTerminal({ columns: 80, hasColours: true });

describe("lines", () => {
  it("measure without escape sequences and cut with an ellipsis", () => {
    expect(widthOf("\u001b[1mépoque\u001b[22m")).toBe(6);
    expect(padLeft("\u001b[1ma\u001b[22m", 3)).toBe("  \u001b[1ma\u001b[22m");
    expect([cut("aeroplane", 5), cut("frog", 5), cut("aeroplane", 5, ".")]).toEqual([
      "aero…",
      "frog",
      "aero.",
    ]);
  });
});

describe("layerTable", () => {
  const rows = [
    { name: "0", type: "conv2d 32 5×5", shape: [32, 28, 28], parameters: 832, flops: 1_254_400 },
    { name: "1", type: "relu", shape: [32, 28, 28], parameters: 0, flops: 0 },
    { name: "2", type: "linear 10", shape: [10], parameters: 250_890, flops: 501_760 },
  ];
  it("aligns the columns and adds up the parameters", () => {
    expect(layerTable(rows, plain).split("\n")).toEqual([
      "layer  type           output    parameters      FLOPs",
      "─────────────────────────────────────────────────────",
      "0      conv2d 32 5×5  32×28×28         832  1 254 400",
      "1      relu           32×28×28",
      "2      linear 10      10           250 890    501 760",
      "─────────────────────────────────────────────────────",
      "total                              251 722  1 756 160",
      "",
    ]);
  });
  it("has the same text in colour, and ASCII shapes where asked", () => {
    expect(stripVTControlCharacters(layerTable(rows, coloured))).toBe(layerTable(rows, plain));
    expect(layerTable(rows, ascii)).toContain("32x28x28");
  });
});

describe("confusionMatrix", () => {
  const confusion = [
    [98, 2, 0],
    [0, 50, 0],
    [10, 0, 0],
  ];
  it("has a row for each actual class, with the share read right", () => {
    expect(confusionMatrix(confusion, ["cat", "dog", "aeroplane"], plain).split("\n")).toEqual([
      "           predicted",
      "actual       cat   dog aero…  right",
      "cat           98     2     ·   98.0 %",
      "dog            ·    50     ·  100.0 %",
      "aeroplane     10     ·     ·    0.0 %",
      "",
    ]);
  });
  it("colours by share and keeps the alignment", () => {
    const text = confusionMatrix(confusion, ["cat", "dog", "aeroplane"], coloured);
    expect(text).toContain("\u001b[32m   98\u001b[39m");
    expect(text).toContain("\u001b[31m   10\u001b[39m");
    expect(stripVTControlCharacters(text)).toBe(
      confusionMatrix(confusion, ["cat", "dog", "aeroplane"], plain),
    );
  });
  it("tells the pairs most confused where the matrix is too wide", () => {
    const many = Array.from({ length: 50 }, (_, i) =>
      Array.from({ length: 50 }, (_, j) => (i === j ? 20 : 0)),
    );
    (many[3] as number[])[7] = 5;
    (many[8] as number[])[1] = 9;
    const names = many.map((_, i) => `class ${i}`);
    expect(confusionMatrix(many, names, plain)).toBe(
      "class 8 read as class 1: 9 of 29\nclass 3 read as class 7: 5 of 25\n",
    );
    const right = many.map((row, i) => row.map((_, j) => (i === j ? 1000 : 0)));
    expect(confusionMatrix(right, names, plain)).toBe("no class was taken for another\n");
  });
});

describe("drawPicture", () => {
  const ramp = { pixels: new Uint8Array([0, 255, 128, 255, 0, 255]), shape: [1, 3, 2] as const };
  it("draws two rows a line in letters, the odd row against black", () => {
    expect(drawPicture({ ...ramp, shape: [1, 3, 2] }, plain)).toEqual([":@", " +"]);
  });
  it("draws half blocks in greys where there are colours", () => {
    const [first] = drawPicture({ ...ramp, shape: [1, 3, 2] }, coloured);
    expect(first).toBe("\u001b[38;5;16;48;5;244m▀\u001b[38;5;231;48;5;231m▀\u001b[0m");
  });
  it("draws colours from the cube and makes large pictures smaller", () => {
    const red = new Uint8Array(3 * 64 * 64).fill(255, 0, 64 * 64);
    const lines = drawPicture({ pixels: red, shape: [3, 64, 64] }, coloured);
    expect(lines).toHaveLength(16);
    expect(lines[0]).toBe(`${"\u001b[38;5;196;48;5;196m▀".repeat(32)}\u001b[0m`);
  });
});

describe("drawGallery", () => {
  const picture = {
    pixels: new Uint8Array(28 * 28).fill(255),
    shape: [1, 28, 28] as [number, number, number],
  };
  it("sets as many pictures in a row as there is room for", () => {
    const items = ["one", "two", "three"].map((name) => ({ picture, caption: [name] }));
    const lines = drawGallery(items, plain).split("\n");
    // Two of 28 columns with a gap of 3 fit into 80; the third starts a second row of pictures.
    expect(lines[0]).toBe(`${"@".repeat(28)}   ${"@".repeat(28)}`);
    expect(lines[14]).toBe(`one${" ".repeat(28)}two`);
    expect(lines[30]).toBe("three");
    expect(Math.max(...drawGallery(items, coloured).split("\n").map(widthOf))).toBe(59);
  });
});

describe("evaluationText", () => {
  const set: ImageSet = {
    images: new Uint8Array(3 * 4).fill(200),
    labels: new Uint8Array([0, 1, 1]),
    shape: [1, 2, 2],
    classes: ["4", "9"],
  };
  const evaluation: Evaluation = {
    loss: 0.25,
    accuracy: 2 / 3,
    count: 3,
    confusion: [
      [0, 1],
      [0, 2],
    ],
    topK: [2 / 3, 1],
    classes: [
      { precision: 0, recall: 0, f1: 0, count: 1 },
      { precision: 2 / 3, recall: 1, f1: 0.8, count: 2 },
    ],
    calibrationError: 0.1,
    worst: [{ index: 0, label: 0, predicted: 1, probability: 0.968, loss: 3.4 }],
  };
  it("tells the score, the matrix and the mistakes", async () => {
    const text = evaluationText("test", evaluation, await showWorst(set, evaluation), plain);
    expect(text).toContain("test: accuracy 66.67 %, loss 0.2500, 1 of 3 wrong\n");
    expect(text).toContain("predicted");
    expect(text).toContain("##\n4 read as 9, 97 %\nimage 0\n");
  });
  it("passes over mistakes outside the set and says nothing where there are none", async () => {
    const shown = await showImages(set, [2, 3]);
    expect([...shown.pictures.keys()]).toEqual([2]);
    expect(drawMistakes([{ ...evaluation.worst[0]!, index: 3 }], shown, plain)).toBe("");
    expect(evaluationText("test", { ...evaluation, worst: [] }, shown, plain)).not.toContain("worst");
  });
});
