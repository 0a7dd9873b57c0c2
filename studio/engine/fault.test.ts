// Errors of the engine as the page tells them apart.
import { DataError, DTypeError, ShapeError } from "nabla";
import { expect, test } from "vitest";
import { codeOf, FAULT_KINDS, faultOf } from "./fault.ts";

test("an error has its kind by its code, before and after it has crossed as a name", () => {
  const error = new ShapeError("matmul: inner sizes differ");
  const wanted = { kind: "shape", message: "matmul: inner sizes differ" };
  expect(faultOf(error)).toEqual(wanted);
  expect(faultOf(Object.assign(new Error(error.message), { name: codeOf(error) }))).toEqual(wanted);
  expect(faultOf(new DataError("none"))).toEqual({ kind: "data", message: "none" });
  expect(FAULT_KINDS).not.toContain("bug");
});

test("memory that is refused is the device's; other errors have no kind and keep their words", () => {
  const refused = (() => {
    try {
      return new Float64Array(2 ** 53 - 1);
    } catch (error) {
      return error;
    }
  })();
  expect(faultOf(refused)).toMatchObject({ kind: "device", message: expect.stringMatching(/length/) });
  expect(faultOf(new RangeError("toFixed() digits argument"))).toEqual({
    message: "toFixed() digits argument",
  });
  expect(faultOf(new DTypeError("cast"))).toEqual({ message: "cast" });
  expect(faultOf("stop")).toEqual({ message: "stop" });
});
