// The life of a run from the command line: trained, scored, used, interrupted and gone on with. Small and seeded.
import { EventEmitter } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommandLine } from "../../src/cli/program.ts";
import { recordingTerminal, type Terminal } from "../../src/cli/terminal.ts";
import { encodeIdxImages, encodeIdxLabels } from "../../src/formats/idx.ts";
import { decodeTensorBoard } from "../../src/formats/index.ts";
import { RECIPE } from "../../src/train/recipe.ts";

const folder = mkdtempSync(join(tmpdir(), "nabla-train-"));
const before = process.env["NABLA_CACHE"];
beforeAll(() => {
  process.env["NABLA_CACHE"] = join(folder, "cache");
});
afterAll(() => {
  if (before === undefined) delete process.env["NABLA_CACHE"];
  else process.env["NABLA_CACHE"] = before;
  rmSync(folder, { recursive: true });
});

const at = (name: string): string => join(folder, name);
const SMALL = [
  "--model",
  "linear",
  "--limit",
  "400",
  "--epochs",
  "3",
  "--batch-size",
  "20",
  "--threads",
  "1",
];

interface Outcome {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** Runs a command; `onWrite` sees what it prints as it does and may send it signals, `onExit` is called in place of exit. */
async function nabla(
  args: readonly string[],
  onWrite: (text: string, signals: EventEmitter) => void = () => {},
  onExit: () => void = () => {},
): Promise<Outcome> {
  const recorded = recordingTerminal({ columns: 100 });
  const signals = Object.assign(new EventEmitter(), { exit: onExit });
  const write = (text: string): void => {
    recorded.write(text);
    onWrite(text, signals);
  };
  const terminal: Terminal = { ...recorded, write };
  const code = await runCommandLine(args, { terminal, signals });
  return { code, output: recorded.output(), errors: recorded.errors() };
}

const records = (output: string): Record<string, unknown>[] =>
  output
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const modelOf = (run: string): Buffer => readFileSync(join(run, "model.safetensors"));

describe("nabla train", () => {
  let whole: Outcome;
  beforeAll(async () => {
    whole = await nabla(["train", ...SMALL, "--out", at("whole")]);
  });

  it("tells the layers, the epochs, the score and where it is saved", () => {
    expect([whole.code, whole.errors]).toEqual([0, ""]);
    expect(whole.output).toContain("digits: 360 images to learn from, 40 for validation, 400 for the test\n");
    expect(whole.output).toMatch(/\ntotal +7850 /);
    expect(whole.output.match(/^epoch \d\/3 .* validation loss /gm)).toHaveLength(3);
    expect(whole.output).toMatch(/^all epochs done: 54 steps in /m);
    expect(whole.output).toContain(`saved in ${at("whole")}; to use it: nabla predict`);
  });

  it("learns: far better than one in ten is right", () => {
    const accuracy = Number(whole.output.match(/test: accuracy ([\d.]+) %/)?.[1]);
    expect(accuracy).toBeGreaterThan(40);
  });

  it("saves configuration, metrics, score and model", () => {
    const config = JSON.parse(readFileSync(join(at("whole"), "config.json"), "utf8"));
    expect(config).toMatchObject({
      model: "linear",
      limit: 400,
      optimizer: "adamw",
      lr: RECIPE.learningRate,
      seed: 1,
    });
    const metrics = records(readFileSync(join(at("whole"), "metrics.jsonl"), "utf8"));
    expect(metrics.filter(({ type }) => type === "epoch")).toHaveLength(3);
    const { count, confusion } = JSON.parse(readFileSync(join(at("whole"), "evaluation.json"), "utf8"));
    expect([count, confusion.length]).toEqual([400, 10]);
    expect(modelOf(at("whole")).length).toBeGreaterThan(7850 * 4);
  });

  it("saves a report with its mistakes, and what TensorBoard shows", () => {
    const report = readFileSync(join(at("whole"), "report.html"), "utf8");
    const { worst } = JSON.parse(readFileSync(join(at("whole"), "evaluation.json"), "utf8"));
    expect(report.match(/<img src="data:image\/png;base64,iVBOR/g)).toHaveLength(Math.min(24, worst.length));
    const [file, ...others] = readdirSync(at("whole")).filter((name) => name.includes("tfevents"));
    expect(others).toEqual([]);
    const told = decodeTensorBoard(readFileSync(join(at("whole"), file!)));
    expect(told.filter(({ scalars }) => scalars?.["loss/validation"] !== undefined)).toHaveLength(3);
  });

  it("ends in the same bits where histograms are noted", async () => {
    const { code } = await nabla(["train", ...SMALL, "--histograms", "--out", at("watched")]);
    expect(code).toBe(0);
    expect(modelOf(at("watched")).equals(modelOf(at("whole")))).toBe(true);
    const [file] = readdirSync(at("watched")).filter((name) => name.includes("tfevents"));
    const told = decodeTensorBoard(readFileSync(join(at("watched"), file!)));
    const spreads = told.flatMap(({ histograms }) => histograms?.["weights/1.weight"] ?? []);
    expect(spreads.map(({ count }) => count)).toEqual([7840, 7840, 7840]);
  });

  it("takes a file for any option, flags winning, and writes JSON lines", async () => {
    const file = at("run.yaml");
    writeFileSync(
      file,
      `model: linear\nlimit: 100\nepochs: 5\nbatchSize: 10\nvalidation: 0\nout: ${at("filed")}\n`,
    );
    const { code, output } = await nabla(["train", "--config", file, "--epochs", "1", "--json"]);
    expect(code).toBe(0);
    const told = records(output);
    expect(told[0]).toMatchObject({ type: "run", folder: at("filed"), config: { epochs: 1, batchSize: 10 } });
    expect(told.map(({ type }) => type)).toEqual(expect.arrayContaining(["start", "step", "epoch", "end"]));
    expect(told.slice(-2)).toMatchObject([{ type: "evaluation", set: "test", count: 100 }, { type: "done" }]);
  });

  it("keeps of one that diverged before its first checkpoint where it did, and gives way to the next", async () => {
    const wild = ["--optimizer", "sgd", "--schedule", "constant", "--lr", "1e38", "--out", at("wild")];
    const { code, errors } = await nabla(["train", ...SMALL, ...wild]);
    expect([code, errors]).toEqual([
      1,
      expect.stringMatching(/loss is .* is the output of layer 1 \(linear\), .* or clip the gradients\.\n$/),
    ]);
    const told = () => records(readFileSync(join(at("wild"), "metrics.jsonl"), "utf8"));
    expect(told().at(-1)).toMatchObject({
      ...{ type: "divergence", learningRate: 1e38, message: errors.replace(/^error: |\n$/g, "") },
      first: { kind: "output", name: "1", type: "linear", step: expect.any(Number) },
    });
    const single = await nabla(["train", ...SMALL, ...wild, "--batch-size", "99999"]);
    expect([single.code, single.errors]).toEqual([1, expect.stringContaining("is no number (NaN)")]);
    expect(single.output).toContain("batches of 360, seed 1\n");
    // The score of an epoch names no step: it is that of the last one.
    expect(told().map(({ type, step }) => [type, step])).toEqual([
      ["start", 0],
      ["step", 1],
      ["divergence", 1],
    ]);
    const tame = await nabla(["train", ...SMALL, ...wild, "--lr", "0.01"]);
    expect([tame.code, tame.errors]).toEqual([0, ""]);
    expect(told().filter(({ type }) => type === "divergence")).toEqual([]);
    expect(readdirSync(at("wild"))).toContain("report.html");
  });

  it("that diverged later goes on from its last checkpoint with a smaller learning rate", async () => {
    // Each step lengthens the weights by 19: the numbers end in the second epoch of 18 steps.
    const wild = ["--optimizer", "sgd", "--schedule", "constant", "--lr", "20", "--weight-decay", "1"];
    const { code } = await nabla(["train", ...SMALL, ...wild, "--out", at("later")]);
    expect(code).toBe(1);
    const told = () => records(readFileSync(join(at("later"), "metrics.jsonl"), "utf8"));
    expect(told().filter(({ type }) => type === "checkpoint")).toMatchObject([{ step: 18 }]);
    expect(told().at(-1)).toMatchObject({ type: "divergence", step: expect.any(Number) });
    const resumed = await nabla(["train", "--resume", at("later"), "--lr", "0.1"]);
    expect([resumed.code, resumed.errors]).toEqual([0, ""]);
    expect(told().filter(({ type }) => type === "divergence")).toEqual([]);
    expect(told().filter(({ type }) => type === "epoch")).toHaveLength(3);
  });

  it("refuses a folder that holds a run, an unknown model and an unknown key", async () => {
    const taken = await nabla(["train", ...SMALL, "--out", at("whole")]);
    expect([taken.code, taken.errors]).toEqual([1, expect.stringContaining("there is a run already")]);
    const model = await nabla(["train", ...SMALL, "--model", "liner", "--out", at("none")]);
    expect([model.code, model.errors]).toEqual([2, expect.stringContaining('Did you mean "linear"?')]);
    writeFileSync(at("bad.json"), '{ "epoch": 3 }');
    const key = await nabla(["train", "--config", at("bad.json")]);
    expect([key.code, key.errors]).toEqual([2, expect.stringContaining('Did you mean "epochs"?')]);
    expect(existsSync(at("none"))).toBe(false);
  });
});

describe("an interrupted run", () => {
  it("says how to go on, and then gives the bits of a run never stopped", async () => {
    const interrupted = await nabla(["train", ...SMALL, "--out", at("cut"), "--json"], (text, signals) => {
      if (text.startsWith('{"type":"epoch","epoch":1,')) signals.emit("SIGINT");
    });
    expect(interrupted.code).toBe(130);
    expect(interrupted.errors).toContain("finishing this step and saving");
    expect(records(interrupted.output).slice(-2)).toMatchObject([
      { type: "end", reason: "interrupted" },
      { type: "interrupted", folder: at("cut") },
    ]);
    expect(existsSync(join(at("cut"), "model.safetensors"))).toBe(false);

    const resumed = await nabla(["train", "--resume", at("cut"), "--quiet"]);
    expect([resumed.code, resumed.errors]).toEqual([0, ""]);
    expect(modelOf(at("cut")).equals(modelOf(at("whole")))).toBe(true);
    const epochs = records(readFileSync(join(at("cut"), "metrics.jsonl"), "utf8")).filter(
      ({ type }) => type === "epoch",
    );
    expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
  });

  it("leaves no folder at the second signal where nothing was saved yet", async () => {
    const seen: boolean[] = [];
    const out = at("twice");
    await nabla(
      ["train", ...SMALL, "--out", out, "--json"],
      (text, signals) => {
        if (!text.startsWith('{"type":"start"') || seen.length > 0) return;
        seen.push(existsSync(join(out, "config.json")));
        signals.emit("SIGINT");
        signals.emit("SIGINT");
      },
      () => seen.push(existsSync(out)),
    );
    expect(seen).toEqual([true, false]);
  });

  it("that is refused stays as it is, and nothing is printed before", async () => {
    const metrics = (): string => readFileSync(join(at("whole"), "metrics.jsonl"), "utf8");
    const before = metrics();
    const refusals = [
      [["--seed", "5"], 1, "has seed 1, this run has 5"],
      [["--model", "mlp"], 2, "has the model linear and cannot go on with mlp. Leave --model out, or train"],
      [["--data", "mnist"], 2, "has the data digits and cannot go on with mnist. Leave --data out, or train"],
      [
        ["--out", at("else")],
        2,
        `--out ${at("else")} cannot be had with --resume ${at("whole")}: a run goes on`,
      ],
    ] as const;
    for (const [flags, expected, message] of refusals) {
      const { code, output, errors } = await nabla(["train", "--resume", at("whole"), ...flags]);
      expect([code, output, errors]).toEqual([expected, "", expect.stringContaining(message)]);
    }
    expect(metrics()).toBe(before);
    expect(metrics()).toContain('{"type":"end"');
    expect(existsSync(at("else"))).toBe(false);
  });

  it("that had come to its end says that nothing was left to do", async () => {
    const { code, output } = await nabla(["train", "--resume", at("whole"), "--out", `${at("whole")}/`]);
    expect(code).toBe(0);
    expect(output).toMatch(/^all epochs done: 54 steps, all of them before$/m);
  });
});

describe("a paused run", () => {
  it("is left after so many epochs, and then gives the bits of a run never stopped", async () => {
    const flags = ["--pause-after", "2", "--out", at("paused")];
    const paused = await nabla(["train", ...SMALL, ...flags, "--json"]);
    expect([paused.code, paused.errors]).toEqual([0, ""]);
    expect(records(paused.output).slice(-2)).toMatchObject([
      { type: "end", reason: "paused", epochs: 2 },
      { type: "paused", folder: at("paused") },
    ]);
    expect((await nabla(["train", "--resume", at("paused"), "--quiet"])).code).toBe(0);
    expect(modelOf(at("paused")).equals(modelOf(at("whole")))).toBe(true);
    const odd = await nabla(["train", ...SMALL, "--pause-after", "0", "--out", at("odd")]);
    expect([odd.code, odd.errors]).toEqual([
      2,
      expect.stringContaining("--pause-after must be a whole number"),
    ]);
  });
});

it("stops by the criteria on norms and tells of them", async () => {
  const flags = ["--gradient-norm", "1e6", "--norms", "--json", "--out", at("norms")];
  const { output } = await nabla(["train", ...SMALL, ...flags]);
  const told = records(output);
  expect(told.find(({ type }) => type === "end")).toMatchObject({ reason: "gradient-norm", step: 1 });
  expect(told.find(({ type }) => type === "step")).toMatchObject({ gradientNorm: expect.any(Number) });
});

describe("nabla eval", () => {
  it("gives the score that training ended with", async () => {
    const { code, output } = await nabla(["eval", at("whole"), "--json"]);
    expect(code).toBe(0);
    const saved = JSON.parse(readFileSync(join(at("whole"), "evaluation.json"), "utf8"));
    expect(records(output)).toEqual([{ type: "evaluation", set: "test", data: "digits", ...saved }]);
  });
  it("tells of each class where asked to", async () => {
    const { code, output } = await nabla(["eval", at("whole"), "--show", "0", "--classes"]);
    const saved = JSON.parse(readFileSync(join(at("whole"), "evaluation.json"), "utf8"));
    expect(code).toBe(0);
    expect(output).toMatch(
      /\ntop-5 [\d.]+ %, macro F1 [\d.]+ %, calibration error [\d.]+ %\n\nclass +images +precision/,
    );
    const { precision, count } = saved.classes[3];
    expect(output).toMatch(new RegExp(`\n3 +${count} +${(precision * 100).toFixed(1)} %`));
  });
  it("draws what it misread, and takes the other part too", async () => {
    const { output } = await nabla(["eval", at("whole"), "--part", "train", "--limit", "100", "--show", "1"]);
    expect(output).toMatch(/^train: accuracy .* of 100 wrong\n/);
    expect(output).toMatch(/\d read as \d, \d+ %\nimage \d+\n$/);
  });
  it("warns of other classes, and tells what a data set notes about itself", async () => {
    const images = new Uint8Array(2 * 28 * 28).map((_, i) => i % 256);
    const [pictures, labels] = [
      encodeIdxImages({ count: 2, height: 28, width: 28, images }),
      encodeIdxLabels(Uint8Array.of(1, 7)),
    ];
    mkdirSync(at("own"));
    for (const part of ["train", "t10k"]) {
      writeFileSync(join(at("own"), `${part}-images-idx3-ubyte`), pictures);
      writeFileSync(join(at("own"), `${part}-labels-idx1-ubyte`), labels);
    }
    const score = (data: string) => nabla(["eval", at("whole"), "--data", data, "--data-dir", at("own")]);
    const same = await score("mnist");
    expect([same.code, same.errors]).toEqual([
      0,
      expect.stringMatching(/^note: mnist: .* data of your own .*\n$/),
    ]);
    const other = await score("fashion-mnist");
    expect(other.code).toBe(0);
    expect(other.errors).toMatch(
      /^note: fashion-mnist: .*\nwarning: the network has learned other classes \(0, 1, 2, …\)/,
    );
    expect(other.errors).toContain('An image of "T-shirt/top" counts as right where it is read as "0".\n');
    const none = await nabla(["eval", at("whole"), "--data-dir", at("no-data")]);
    expect([none.code, none.errors]).toEqual([
      1,
      expect.stringContaining("no-data: there is no such folder."),
    ]);
  });
  it("refuses a model that was damaged", async () => {
    const copy = at("damaged.safetensors");
    const bytes = modelOf(at("whole"));
    bytes[bytes.length - 30]! ^= 128;
    writeFileSync(copy, bytes);
    const { code, output, errors } = await nabla(["eval", copy]);
    expect([code, output, errors]).toEqual([
      1,
      "",
      expect.stringContaining(`${copy}: is damaged: its checksum`),
    ]);
  });
  it("says what is missing", async () => {
    const { code, errors } = await nabla(["eval", at("nowhere")]);
    expect([code, errors]).toEqual([1, expect.stringContaining("nowhere: does not exist")]);
  });
});

describe("nabla predict", () => {
  it("reads a picture and draws what it saw", async () => {
    const { default: sharp } = await import("sharp");
    // A vertical stroke on white paper, as a pen leaves it.
    const pixels = Buffer.alloc(60 * 60, 255);
    for (let y = 8; y < 52; y++) pixels.fill(0, y * 60 + 27, y * 60 + 33);
    await sharp(pixels, { raw: { width: 60, height: 60, channels: 1 } })
      .png()
      .toFile(at("one.png"));
    const { code, output } = await nabla(["predict", at("whole"), at("one.png")]);
    expect(code).toBe(0);
    expect(output).toContain(`${at("one.png")}  1 `);
    const alone = await nabla(["predict", at("whole")]);
    expect([alone.code, alone.errors]).toEqual([2, expect.stringContaining("there is no picture after")]);
    const missing = await nabla(["predict", at("whole"), at("two.png")]);
    expect([missing.code, missing.errors]).toEqual([1, expect.stringContaining("two.png: does not exist.")]);
    expect(output).toMatch(/@@/);
    const [record] = records((await nabla(["predict", at("whole"), at("one.png"), "--json"])).output);
    const classes = record!["classes"] as { label: string; probability: number }[];
    expect(classes.map(({ label }) => label).sort()).toEqual([..."0123456789"]);
    expect(classes.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 6);
  });
});
