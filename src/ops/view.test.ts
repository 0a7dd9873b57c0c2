// How views simplify: a transposed product is a product, also where axes of size 1 were dropped in between.
import { describe, expect, it } from "vitest";
import { Slot } from "../ir/node.ts";
import { readSlot } from "./leaf.ts";
import { matmul } from "./linalg.ts";
import { permute, permuteOp, reshape } from "./view.ts";

const slot = (...shape: number[]) => readSlot(new Slot(shape, "float32"));
const simplified = (x: Parameters<typeof permute>[0], axes: number[]) =>
  permuteOp.simplify?.(permute(x, axes));

describe("permute of a product", () => {
  const product = matmul(slot(1, 3, 4), slot(1, 4, 5));

  it("is the product of the transposed factors", () => {
    const result = simplified(product, [0, 2, 1]);
    expect([result?.op.name, result?.shape]).toEqual(["matmul", [1, 5, 3]]);
  });

  it("is that too when the batch axis was dropped or moved", () => {
    const dropped = simplified(reshape(product, [3, 5]), [1, 0]);
    expect([dropped?.op.name, dropped?.shape]).toEqual(["reshape", [5, 3]]);
    expect([dropped?.inputs[0]?.op.name, dropped?.inputs[0]?.shape]).toEqual(["matmul", [1, 5, 3]]);
    const moved = simplified(reshape(product, [3, 1, 1, 5]), [2, 3, 1, 0]);
    expect([moved?.op.name, moved?.shape]).toEqual(["reshape", [1, 5, 1, 3]]);
    expect(moved?.inputs[0]?.op.name).toBe("matmul");
  });

  it("stays where the reshape cuts an axis, or there is nothing to permute below", () => {
    expect(simplified(reshape(product, [5, 3]), [1, 0])).toBeUndefined();
    expect(simplified(reshape(slot(1, 3, 5), [3, 5]), [1, 0])).toBeUndefined();
    const batches = matmul(slot(2, 3, 4), slot(2, 4, 5));
    expect(simplified(batches, [1, 0, 2])).toBeUndefined();
  });
});
