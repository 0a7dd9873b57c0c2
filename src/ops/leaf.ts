// Values without inputs: slots, constants and coordinates.
import type { DType } from "../base/dtype.ts";
import type { Shape } from "../base/shape.ts";
import { type Attributes, apply, type Node, type Op, type Slot } from "../ir/node.ts";
import { defineOp } from "./define.ts";

interface SlotAttributes extends Attributes {
  readonly slot: Slot;
}

/** The value that lies in a slot when the step begins. */
export const slotOp = defineOp<SlotAttributes>({
  name: "slot",
  kind: { tag: "slot" },
  samples: [],
  type: (_, { slot }) => slot,
});

/** Reads a slot. */
export const readSlot = (slot: Slot): Node => apply(slotOp, [], { slot });

/** The slot a node reads; undefined for any other node. */
export const slotOf = (node: Node): Slot | undefined =>
  node.op.kind.tag === "slot" ? (node.attributes["slot"] as Slot) : undefined;

interface ConstantAttributes extends Attributes {
  readonly value: number;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** One number everywhere. */
export const constantOp = defineOp<ConstantAttributes>({
  name: "constant",
  kind: { tag: "leaf", form: "constant" },
  samples: [{ inputs: [], attributes: { value: 1.5, shape: [2, 3], dtype: "float32" } }],
  type: (_, { shape, dtype }) => ({ shape, dtype }),
});

/** A tensor with `value` everywhere. */
export const constant = (value: number, shape: Shape, dtype: DType = "float32"): Node =>
  apply(constantOp, [], { value, shape, dtype });

/** A constant of the node's type. */
export const constantLike = (node: Node, value: number): Node => constant(value, node.shape, node.dtype);

/** The number a constant node holds; undefined for any other node. */
export const constantValue = (node: Node): number | undefined =>
  node.op.kind.tag === "leaf" && node.op.kind.form === "constant"
    ? (node.attributes["value"] as number)
    : undefined;

interface IndexAttributes extends Attributes {
  readonly shape: Shape;
  readonly axis: number;
}

/** The coordinate along `axis`, as int32: y[i₀, i₁, …] = i_axis. */
export const indexOp = defineOp<IndexAttributes>({
  name: "index",
  kind: { tag: "leaf", form: "index" },
  samples: [{ inputs: [], attributes: { shape: [3, 4], axis: 1 } }],
  type: (_, { shape }) => ({ shape, dtype: "int32" }),
});

/** The coordinate along `axis` in an index space of this shape. */
export const index = (shape: Shape, axis: number): Node => apply(indexOp, [], { shape, axis });

/** A view of a constant is a constant of the view's shape; undefined for any other view. */
export const viewOfConstant = ({ inputs: [x], shape, dtype }: Node): Node | undefined => {
  const value = constantValue(x!);
  return value === undefined ? undefined : constant(value, shape, dtype);
};

/** A coordinate under a shape that differs in axes of size 1 only is a coordinate; undefined for any other reshape. */
export function reshapedIndex({ inputs: [x], shape }: Node): Node | undefined {
  if (x!.op !== (indexOp as unknown as Op)) return undefined;
  const axis = x!.attributes["axis"] as number;
  const longAxes = (sizes: Shape) => sizes.flatMap((size, i) => (size === 1 ? [] : [i]));
  const [from, to] = [longAxes(x!.shape), longAxes(shape)];
  const isSame = from.length === to.length && from.every((i, k) => x!.shape[i] === shape[to[k]!]);
  if (!isSame) return undefined;
  return x!.shape[axis] === 1 ? constant(0, shape, "int32") : index(shape, to[from.indexOf(axis)]!);
}
