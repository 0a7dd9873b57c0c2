// Patterns of names: counting with and without zeros, lists, several at once, and what is no pattern.
import { describe, expect, it } from "vitest";
import { ConfigError } from "../base/errors.ts";
import { expandBraces } from "./brace-pattern.ts";

describe("expandBraces", () => {
  it.each([
    ["x.tar", ["x.tar"]],
    ["x-{08..11}.tar", ["x-08.tar", "x-09.tar", "x-10.tar", "x-11.tar"]],
    ["{9..11}", ["9", "10", "11"]],
    ["{2..0}", ["2", "1", "0"]],
    ["{train,val}/{0..1}.tar", ["train/0.tar", "train/1.tar", "val/0.tar", "val/1.tar"]],
    ["{000..001}", ["000", "001"]],
  ])("%s", (pattern, names) => expect(expandBraces(pattern)).toEqual(names));

  it.each(["x{", "}x", "{a{b,c}}", "{}", "{a}", "{1..x}", "{0..999999999}", "{0..9999}{0..9999}"])(
    "refuses %s",
    (pattern) => {
      expect(() => expandBraces(pattern)).toThrow(ConfigError);
    },
  );
});
