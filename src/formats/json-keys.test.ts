// Duplicate keys in JSON: found at any depth and however they are written, and only where they are duplicates.
import { describe, expect, it } from "vitest";
import { findDuplicateKey } from "./json-keys.ts";

describe("findDuplicateKey", () => {
  it.each([
    ['{"a":1,"a":2}', "a"],
    ['{"a":{"b":1,"b":2}}', "b"],
    ['[{"x":1},{"y":[],"z":{},"y":0}]', "y"],
    ['{"\\u0061":1,"a":2}', "a"],
    ['{"\\"":1,"\\"":2}', '"'],
    ['{"__proto__":1,"__proto__":2}', "__proto__"],
  ])("finds it in %s", (text, key) => expect(findDuplicateKey(text)).toBe(key));

  it.each([
    '{"a":1,"b":"a","c":"\\":{"}',
    '{"a":{"a":1},"b":{"a":1}}',
    '[{"a":1},{"a":1}]',
    '{"a":["a","a",":"],"b":"a"}',
    "[]",
  ])("finds none in %s", (text) => {
    expect(() => JSON.parse(text)).not.toThrow();
    expect(findDuplicateKey(text)).toBeUndefined();
  });
});
