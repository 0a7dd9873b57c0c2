// Options and names of augmentations: what is taken, and what each mistake is told.
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../base/errors.ts";
import { AUGMENTATION_NAMES, readEntry } from "./catalog.ts";
import * as augmentation from "./index.ts";

const { randomAffine, elastic, randomCrop, randomErasing, cutout, colorJitter, mixup } = augmentation;

describe("an option", () => {
  it("that is wrong names the function, the rule and the value", () => {
    for (const [make, message] of [
      [
        () => randomAffine({ degrees: -1 }),
        "randomAffine: degrees must be a number of at least 0 or [least, most], it is -1.",
      ],
      [
        () => randomAffine({ degrees: [5, 3] }),
        "degrees must be a number of at least 0 or [least, most], it is [5,3].",
      ],
      [
        () => randomAffine({ scale: [0, 1] }),
        "scale must be [least, most] with 0 < least ≤ most, it is [0,1].",
      ],
      [() => randomAffine({ shear: 90 }), "shear must be degrees below 90"],
      [() => randomAffine({ translate: Number.NaN }), "translate must be a number of pixels of at least 0"],
      [() => elastic({ sigma: 0 }), "elastic: sigma must be a number above 0, it is 0."],
      [() => randomCrop({ padding: 1.5 }), "randomCrop: padding must be a whole number of pixels"],
      [
        () => randomErasing({ scale: [0.2, 1.1] }),
        "randomErasing: scale must be [least, most], shares of the image's area",
      ],
      [() => randomErasing({ p: 2 }), "randomErasing: p must be a number from 0 to 1, it is 2."],
      [() => cutout({ size: 0 }), "cutout: size must be a whole number of pixels of at least 1, it is 0."],
      [
        () => colorJitter({ contrast: -0.1 }),
        "colorJitter: contrast must be a number of at least 0 or factors",
      ],
      [() => mixup({ alpha: 0 }), "mixup: alpha must be a number above 0, it is 0."],
    ] as const) {
      expect(make).toThrow(ConfigError);
      expect(make).toThrow(message);
    }
  });
  it("that is unknown or missing is told the one meant", () => {
    const typo = { degree: 3 } as object;
    expect(() => randomAffine(typo)).toThrow(
      'randomAffine: option "degree" is unknown. Did you mean "degrees"? There are degrees, translate, scale, shear.',
    );
    expect(() => randomCrop({} as never)).toThrow(
      "randomCrop: padding is missing. Give a whole number of pixels",
    );
  });
});

describe("an entry", () => {
  it("is a name for the usual options, or exactly the options it has", () => {
    expect(readEntry("elastic")).toEqual({ name: "elastic", options: { alpha: 34, sigma: 4 } });
    expect(readEntry({ name: "affine", degrees: 5 })).toEqual({ name: "affine", options: { degrees: 5 } });
    for (const name of AUGMENTATION_NAMES) {
      expect(augmentation.makeAugmentations([name])).toMatchObject([{ name }]);
    }
  });
  it("of an unknown name is told the nearest", () => {
    expect(() => readEntry("afine")).toThrow(
      'augment: "afine" is unknown. Did you mean "affine"? There are affine, ',
    );
    expect(() => readEntry({ name: "toString" })).toThrow('augment: "toString" is unknown.');
    expect(() => readEntry(JSON.parse('{ "name": "affine", "toString": 1 }'))).toThrow(
      'option "toString" is unknown',
    );
  });
});

it("a number or true is a crop with that padding, or 2", () => {
  expect(augmentation.makeAugmentations(true)).toMatchObject([{ name: "crop" }]);
  expect(augmentation.makeAugmentations(3)).toMatchObject([{ name: "crop" }]);
  for (const none of [false, 0, []]) expect(augmentation.makeAugmentations(none)).toEqual([]);
});
