// Which products join which sums, read off the bodies of compiled graphs.
import { describe, expect, it } from "vitest";
import { compileGraph } from "../../compile/compile.ts";
import { type Node, Slot } from "../../ir/node.ts";
import { add, mul, square, sub } from "../../ops/arithmetic.ts";
import { readSlot } from "../../ops/leaf.ts";
import { contractionsOf } from "./contract.ts";

const value = () => readSlot(new Slot([4], "float32"));
const [a, b, c] = [value(), value(), value()];

/** Opcodes of the contractions in the one map that computes `outputs`. */
function contracted(...outputs: Node[]): string[] {
  const { kernels } = compileGraph({ outputs, updates: [] });
  const bodies = kernels.flatMap((kernel) => (kernel.tag === "map" ? [kernel.body] : []));
  expect(bodies).toHaveLength(1);
  return [...contractionsOf(bodies[0]!).values()].map(({ opcode }) => opcode);
}

describe("contractionsOf", () => {
  it("joins a product with the sum or difference that alone uses it", () => {
    expect(contracted(add(mul(a, b), c))).toEqual(["fma"]);
    expect(contracted(add(c, mul(a, b)))).toEqual(["fma"]);
    expect(contracted(sub(mul(a, b), c))).toEqual(["fms"]);
    expect(contracted(sub(c, mul(a, b)))).toEqual(["fnma"]);
    expect(contracted(add(square(a), b))).toEqual(["fma"]);
  });

  it("takes one of two products, and chains", () => {
    expect(contracted(add(mul(a, b), mul(b, c)))).toEqual(["fma"]);
    expect(contracted(sub(c, mul(add(mul(a, b), c), b)))).toEqual(["fma", "fnma"]);
  });

  it("leaves a product alone that something else needs", () => {
    const product = mul(a, b);
    expect(contracted(add(product, c), product)).toEqual([]);
    expect(contracted(mul(add(product, c), sub(product, c)))).toEqual([]);
  });
});
