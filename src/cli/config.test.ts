// Configurations from flags and files: what is taken, in which order, and what each mistake is told.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ConfigError } from "../base/errors.ts";
import { zoo } from "../nn/index.ts";
import { RECIPE } from "../train/recipe.ts";
import { checkConfig, checkFlags, MODELS, readConfigFile, resolveConfig } from "./config.ts";

const folder = mkdtempSync(join(tmpdir(), "nabla-config-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

describe("resolveConfig", () => {
  it("lets the command line win over the file, and the file over the defaults", () => {
    const config = resolveConfig({ epochs: 5 }, { epochs: 3, seed: 7 });
    expect(config).toMatchObject({
      epochs: 5,
      seed: 7,
      data: "digits",
      model: "cnn",
      batchSize: RECIPE.batchSize,
    });
  });
  it("takes the step size and decay that suit the optimiser", () => {
    expect(resolveConfig({})).toMatchObject({
      optimizer: "adamw",
      lr: RECIPE.learningRate,
      weightDecay: 0.01,
    });
    expect(resolveConfig({ optimizer: "sgd" })).toMatchObject({ lr: 0.05, weightDecay: 0 });
    expect(resolveConfig({ optimizer: "muon" })).toMatchObject({ lr: 0.02, weightDecay: 0.1 });
    expect(resolveConfig({ optimizer: "sgd", lr: 0.1 })).toMatchObject({ lr: 0.1 });
  });
});

describe("readConfigFile", () => {
  it("reads YAML and JSON alike", () => {
    const yaml = readConfigFile(file("a.yaml", "epochs: 3 # few\nlr: 1e-2\naugment: true\ndata: mnist\n"));
    expect(yaml).toEqual({ epochs: 3, lr: 0.01, augment: true, data: "mnist" });
    expect(readConfigFile(file("a.json", '{ "epochs": 3 }'))).toEqual({ epochs: 3 });
    expect(readConfigFile(file("empty.yaml", "# nothing said\n"))).toEqual({});
  });
  it("takes augmentation as a switch, pixels, names, or names with options", () => {
    for (const [given, wanted] of [
      ["true", true],
      ["3", 3],
      ['"affine, elastic"', ["affine", "elastic"]],
      ["[flip, { name: crop, padding: 4 }]", ["flip", { name: "crop", padding: 4 }]],
    ] as const) {
      expect(readConfigFile(file("augment.yaml", `augment: ${given}`))).toEqual({ augment: wanted });
    }
    expect(checkFlags({ augment: "affine,elastic" })).toEqual({ augment: ["affine", "elastic"] });
    expect(checkFlags({ augment: "4" })).toEqual({ augment: 4 });
  });
  it("says what is wrong with a file that cannot be read as one", () => {
    expect(() => readConfigFile(join(folder, "none.yaml"))).toThrow(/none\.yaml does not exist/);
    expect(() => readConfigFile(file("bad.yaml", "epochs: [1\n"))).toThrow(/bad\.yaml is not valid YAML: /);
    expect(() => readConfigFile(file("bad.json", "{"))).toThrow(/bad\.json is not valid JSON: /);
    expect(() => readConfigFile(file("list.yaml", "- epochs\n"))).toThrow(/must hold keys and values/);
  });
});

describe("a mistake", () => {
  it("in a key is answered with the key meant", () => {
    expect(() => checkConfig({ batch_size: 3 }, "x.yaml")).toThrow(
      'config: unknown key "batch_size" in x.yaml. Did you mean "batchSize"?',
    );
    expect(() => checkConfig({ zzzzzzzz: 3 }, "x.yaml")).toThrow(/The keys are data, dataDir, model/);
  });
  it("in a value names the rule and the value", () => {
    expect(() => checkConfig({ optimizer: "adm" }, "x.yaml")).toThrow(
      'config: "optimizer" must be one of sgd, adam, adamw, adamax, nadam, radam, rmsprop, adagrad, adadelta, lion, muon, in x.yaml it is "adm".',
    );
    expect(() => checkConfig({ checkpointEvery: "often" }, "x.yaml")).toThrow(/minutes as in 10m, in x.yaml/);
    expect(checkConfig({ checkpointEvery: "2.5m" }, "x.yaml")).toEqual({ checkpointEvery: "2.5m" });
    expect(() => checkConfig({ epochs: 2.5 }, "x.yaml")).toThrow(
      /whole number of at least 1, in x.yaml it is 2.5/,
    );
    expect(() => checkConfig({ validation: 1 }, "x.yaml")).toThrow(/at least 0 and below 1/);
    expect(() => checkConfig({ lr: "fast" }, "x.yaml")).toThrow(ConfigError);
  });
  it("in an augmentation names it, and the one meant", () => {
    expect(() => checkFlags({ augment: "affin" })).toThrow(
      'config: --augment in the command line: augment: "affin" is unknown. Did you mean "affine"? There are affine, ',
    );
    expect(() => checkConfig({ augment: [{ name: "elastic", sigma: 0 }] }, "x.yaml")).toThrow(
      'config: "augment" in x.yaml: elastic: sigma must be a number above 0, it is 0.',
    );
    expect(() => checkConfig({ augment: [{ name: "affine", degree: 3 }] }, "x.yaml")).toThrow(
      'Did you mean "degrees"?',
    );
    for (const odd of [-1, 1.5, [3], [{ degrees: 3 }], null]) {
      expect(() => checkConfig({ augment: odd }, "x.yaml")).toThrow(/config: "augment" must be /);
    }
  });
  it("on the command line is named as it was typed", () => {
    expect(checkFlags({ batchSize: 32, json: true, resume: undefined })).toEqual({ batchSize: 32 });
    expect(() => checkFlags({ batchSize: 0 })).toThrow(
      "config: --batch-size must be a whole number of at least 1, in the command line it is 0.",
    );
  });
});

describe("the names that help lists", () => {
  it("are all the nets of the zoo", () => expect([...MODELS].sort()).toEqual(Object.keys(zoo).sort()));
});
