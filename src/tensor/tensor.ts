// Tensor: a lazy handle on a value. Operations build a graph; asking for the elements compiles and runs it.
// Over 400 lines because it lists everything one can do with a tensor; nearly every method is one line of graph.
import { arrayOf, checkTypeName, type DType, isFloating, type TypedArray } from "../base/dtype.ts";
import { DTypeError, NablaError, ShapeError } from "../base/errors.ts";
import { broadcastShapes, formatShape, normalizeAxes, type Shape, sameShape, sizeOf } from "../base/shape.ts";
import type { Node, Slot } from "../ir/node.ts";
import * as arithmetic from "../ops/arithmetic.ts";
import * as broadcast from "../ops/broadcast.ts";
import type { MapFunction } from "../ops/define.ts";
import * as elementary from "../ops/elementary.ts";
import { constant, readSlot, slotOf } from "../ops/leaf.ts";
import * as logic from "../ops/logic.ts";
import * as reduce from "../ops/reduce.ts";
import { reshape } from "../ops/view.ts";
import { multiply } from "./product.ts";
import { readStorage, realize, writeStorage } from "./storage.ts";
import { type Assigned, currentTrace } from "./trace.ts";
import * as views from "./views.ts";

/** Axes to fold: one or several; all if left out. Negative ones count from the end. */
export type Axes = number | readonly number[];

/** Numbers nested in arrays of equal length. */
export type NestedNumbers = number | readonly NestedNumbers[];

/** An n-dimensional array of numbers, computed when asked for. */
export class Tensor implements Assigned {
  #node: Node;

  /** Wraps a node of a graph; users call `tensor()`, `zeros()` and the like. */
  constructor(node: Node) {
    this.#node = node;
  }

  /** The graph behind the value. */
  get node(): Node {
    return this.#node;
  }

  get shape(): Shape {
    return this.#node.shape;
  }

  get dtype(): DType {
    return this.#node.dtype;
  }

  /** Number of axes. */
  get rank(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** The elements in row-major order, computed now. */
  async data(): Promise<TypedArray> {
    return readStorage(await this.slot());
  }

  /** The one element of a tensor of size 1. */
  async item(): Promise<number> {
    if (this.size !== 1) {
      throw new ShapeError(
        `item: the tensor must hold one number, ${formatShape(this.shape)} holds ${this.size}. Use data().`,
        { shape: this.shape },
      );
    }
    return (await this.data())[0]!;
  }

  /** The elements as nested arrays. */
  async toArray(): Promise<NestedNumbers> {
    const data = await this.data();
    const build = (axis: number, start: number, count: number): NestedNumbers => {
      if (axis === this.rank) return data[start]!;
      const length = this.shape[axis]!;
      const step = length === 0 ? 0 : count / length;
      return Array.from({ length }, (_, i) => build(axis + 1, start + i * step, step));
    };
    return build(0, 0, data.length);
  }

  /** The slot that holds the value, which is computed first if it is not there yet. */
  async slot(): Promise<Slot> {
    const slot = slotOf(this.#node);
    if (slot !== undefined) return slot;
    const [result] = await realize([this.#node]);
    this.#node = readSlot(result!);
    return result!;
  }

  /** In a compiled function: makes this tensor hold `value` when the step ends; later reads in it see the new value. */
  assign(value: Tensor): void {
    const trace = currentTrace();
    if (trace === undefined) {
      throw new NablaError(
        "NABLA_TRACE",
        "assign: only a compiled function can assign to a tensor. Outside, use await tensor.write(data).",
      );
    }
    if (!sameShape(value.shape, this.shape) || value.dtype !== this.dtype) {
      throw new ShapeError(
        `assign: ${value.dtype}${formatShape(value.shape)} does not fit ${this.dtype}${formatShape(this.shape)}. ` +
          `Reshape or cast it first.`,
        { from: value.shape, to: this.shape },
      );
    }
    const slot = slotOf(this.#node);
    if (slot === undefined && ![...trace.assigned.values()].includes(this)) {
      throw new NablaError(
        "NABLA_TRACE",
        `assign: this ${this.dtype}${formatShape(this.shape)} is a formula, it has no memory to assign to. Make it with tensor(…), ` +
          "or compute it first: await x.data().",
      );
    }
    if (slot !== undefined && !trace.assigned.has(slot)) trace.assigned.set(slot, this);
    this.#node = value.node;
  }

  /** Ends an assignment: the tensor stands for its slot again. */
  restore(slot: Slot): void {
    this.#node = readSlot(slot);
  }

  /** Copies numbers into the tensor's memory; compiled functions that read the tensor see them. */
  async write(data: TypedArray | readonly number[]): Promise<void> {
    if (data.length !== this.size) {
      throw new ShapeError(
        `write: ${data.length} numbers do not fill ${formatShape(this.shape)}, which holds ${this.size}. Give all of them.`,
        { length: data.length, shape: this.shape },
      );
    }
    const isBytes = this.dtype === "uint8" && data instanceof Uint8Array;
    // Bytes are as the device wants them, and may be many.
    await writeStorage(await this.slot(), isBytes ? data : this.#converted(data));
  }

  #converted(data: ArrayLike<number>): TypedArray {
    const array = this.dtype === "float32" ? new Float64Array(this.size) : arrayOf(this.dtype, this.size);
    array.set(data);
    return array;
  }

  #operand(other: Tensor | number, op: string): Tensor {
    if (other instanceof Tensor) return other;
    if (typeof other !== "number") {
      throw new DTypeError(
        `${op}: the other side must be a tensor or a number, it is ${JSON.stringify(other)}. Make it one: tensor(…).`,
        { value: other },
      );
    }
    if (!isFloating(this.dtype) && !Number.isInteger(other)) {
      throw new DTypeError(
        `${op}: ${other} cannot join ${this.dtype} elements. Convert the tensor first: x.cast("float32").`,
        { dtype: this.dtype, value: other },
      );
    }
    return new Tensor(constant(other, [], this.dtype));
  }

  #binary(f: MapFunction, other: Tensor | number, swap = false): Tensor {
    const operand = this.#operand(other, f.op.name);
    const shape = broadcastShapes(this.shape, operand.shape, f.op.name);
    const pair = [views.broadcastTo(this.#node, shape), views.broadcastTo(operand.#node, shape)];
    return new Tensor(f(...(swap ? pair.reverse() : pair)));
  }

  #unary(f: MapFunction): Tensor {
    return new Tensor(f(this.#node));
  }

  /** this + other, broadcast. */
  add(other: Tensor | number): Tensor {
    return this.#binary(arithmetic.add, other);
  }

  /** this − other, broadcast. */
  sub(other: Tensor | number): Tensor {
    return this.#binary(arithmetic.sub, other);
  }

  /** this · other, element by element, broadcast. */
  mul(other: Tensor | number): Tensor {
    return this.#binary(arithmetic.mul, other);
  }

  /** this / other, broadcast. */
  div(other: Tensor | number): Tensor {
    return this.#binary(arithmetic.div, other);
  }

  /** this to the power of other, broadcast. */
  pow(other: Tensor | number): Tensor {
    return this.#binary(arithmetic.pow, other);
  }

  /** The remainder with the sign of the divisor, on int32. */
  mod(other: Tensor | number): Tensor {
    return this.#binary(arithmetic.mod, other);
  }

  /** The larger of the two, element by element. */
  maximum(other: Tensor | number): Tensor {
    return this.#binary(arithmetic.maximum, other);
  }

  /** The smaller of the two, element by element. */
  minimum(other: Tensor | number): Tensor {
    return this.#binary(arithmetic.minimum, other);
  }

  less(other: Tensor | number): Tensor {
    return this.#binary(logic.lessThan, other);
  }

  lessEqual(other: Tensor | number): Tensor {
    return this.#binary(logic.lessEqual, other);
  }

  greater(other: Tensor | number): Tensor {
    return this.#binary(logic.lessThan, other, true);
  }

  greaterEqual(other: Tensor | number): Tensor {
    return this.#binary(logic.lessEqual, other, true);
  }

  equal(other: Tensor | number): Tensor {
    return this.#binary(logic.equal, other);
  }

  notEqual(other: Tensor | number): Tensor {
    return this.#binary(logic.notEqual, other);
  }

  and(other: Tensor): Tensor {
    return this.#binary(logic.and, other);
  }

  or(other: Tensor): Tensor {
    return this.#binary(logic.or, other);
  }

  not(): Tensor {
    return this.#unary(logic.not);
  }

  neg(): Tensor {
    return this.#unary(arithmetic.neg);
  }

  abs(): Tensor {
    return this.#unary(elementary.abs);
  }

  sign(): Tensor {
    return this.#unary(elementary.sign);
  }

  floor(): Tensor {
    return this.#unary(elementary.floor);
  }

  ceil(): Tensor {
    return this.#unary(elementary.ceil);
  }

  /** The nearest whole number, halves to even. */
  round(): Tensor {
    return this.#unary(elementary.round);
  }

  reciprocal(): Tensor {
    return this.#unary(arithmetic.reciprocal);
  }

  square(): Tensor {
    return this.#unary(arithmetic.square);
  }

  sqrt(): Tensor {
    return this.#unary(arithmetic.sqrt);
  }

  rsqrt(): Tensor {
    return this.#unary(arithmetic.rsqrt);
  }

  exp(): Tensor {
    return this.#unary(arithmetic.exp);
  }

  expm1(): Tensor {
    return this.#unary(elementary.expm1);
  }

  log(): Tensor {
    return this.#unary(arithmetic.log);
  }

  log1p(): Tensor {
    return this.#unary(elementary.log1p);
  }

  sin(): Tensor {
    return this.#unary(elementary.sin);
  }

  cos(): Tensor {
    return this.#unary(elementary.cos);
  }

  tanh(): Tensor {
    return this.#unary(elementary.tanh);
  }

  sigmoid(): Tensor {
    return this.#unary(elementary.sigmoid);
  }

  erf(): Tensor {
    return this.#unary(elementary.erf);
  }

  relu(): Tensor {
    return this.#unary(elementary.relu);
  }

  /** The value, through which no gradient flows. */
  detach(): Tensor {
    return this.#unary(logic.detach);
  }

  /** The elements as another type; float to integer truncates toward 0. */
  cast(dtype: DType): Tensor {
    return dtype === this.dtype ? this : new Tensor(logic.cast(this.#node, checkTypeName(dtype, "cast")));
  }

  #fold(
    f: (x: Node, axes: readonly number[]) => Node,
    name: string,
    axes: Axes | undefined,
    keepDims: boolean,
  ): Tensor {
    const list = normalizeAxes(axes, this.rank, name);
    const folded = f(this.#node, list);
    return new Tensor(
      keepDims
        ? folded
        : reshape(
            folded,
            this.shape.filter((_, axis) => !list.includes(axis)),
          ),
    );
  }

  /** Σ over `axes`. */
  sum(axes?: Axes, { keepDims = false } = {}): Tensor {
    return this.#fold(broadcast.sum, "sum", axes, keepDims);
  }

  /** The largest element over `axes`; NaN if there is one. */
  max(axes?: Axes, { keepDims = false } = {}): Tensor {
    return this.#fold(reduce.max, "max", axes, keepDims);
  }

  /** The smallest element over `axes`; NaN if there is one. */
  min(axes?: Axes, { keepDims = false } = {}): Tensor {
    return this.#fold(reduce.min, "min", axes, keepDims);
  }

  #find(f: (x: Node, axes: readonly number[]) => Node, name: string, axis: number | null, keepDims: boolean) {
    if (axis !== null) return this.#fold(f, name, axis, keepDims);
    const place = this.flatten().#fold(f, name, 0, false);
    return keepDims ? place.reshape(this.shape.map(() => 1)) : place;
  }

  /** The index of the first largest element along `axis`, as int32; null takes all axes as one. */
  argmax(axis: number | null = -1, { keepDims = false } = {}): Tensor {
    return this.#find(reduce.argmax, "argmax", axis, keepDims);
  }

  /** The index of the first smallest element along `axis`, as int32; null takes all axes as one. */
  argmin(axis: number | null = -1, { keepDims = false } = {}): Tensor {
    return this.#find(reduce.argmin, "argmin", axis, keepDims);
  }

  /** The mean over `axes`: Σx / n. */
  mean(axes?: Axes, { keepDims = false } = {}): Tensor {
    const total = this.sum(axes, { keepDims });
    return total.div(this.size / Math.max(1, total.size));
  }

  /** The matrix product of the last two axes; others broadcast, vectors are rows or columns as in NumPy. */
  matmul(other: Tensor): Tensor {
    return new Tensor(multiply(this.#node, this.#operand(other, "matmul").#node));
  }

  /** The same elements under another shape; one axis may be -1. */
  reshape(...shape: number[] | [Shape]): Tensor {
    return new Tensor(views.reshapeTo(this.#node, shape.flat()));
  }

  /** Axes in another order. */
  permute(...axes: number[] | [readonly number[]]): Tensor {
    return new Tensor(views.reorder(this.#node, axes.flat()));
  }

  /** Two axes exchanged; the last two if none are named. */
  transpose(a = -2, b = -1): Tensor {
    return new Tensor(views.exchange(this.#node, a, b));
  }

  /** Axes of size 1 repeated, and new ones put in front. */
  broadcastTo(...shape: number[] | [Shape]): Tensor {
    return new Tensor(views.broadcastTo(this.#node, shape.flat()));
  }

  /** Axes from `start` on merged into one: `flatten(1)` keeps the batch. */
  flatten(start = 0): Tensor {
    return new Tensor(views.flattenFrom(this.#node, start));
  }

  /** An axis of size 1 put in before `axis`. */
  unsqueeze(axis: number): Tensor {
    return new Tensor(views.insertAxis(this.#node, axis));
  }

  /** Axes of size 1 taken out: those named, or all. */
  squeeze(axes?: Axes): Tensor {
    return new Tensor(views.removeAxes(this.#node, axes));
  }

  /** A range of each axis: `x.slice([0, 2], null, [-3, 5, 2])`; null keeps a whole axis. */
  slice(...ranges: readonly (views.SliceRange | null)[]): Tensor {
    return new Tensor(views.sliceRanges(this.#node, ranges));
  }

  /** Axes reversed. */
  flip(axes?: Axes): Tensor {
    return new Tensor(views.reverse(this.#node, axes));
  }

  /** Zeros, or `value`, put around: [before, after] for each axis. */
  pad(widths: readonly (readonly [number, number])[], value = 0): Tensor {
    return new Tensor(views.padWith(this.#node, widths, value));
  }

  /** Rows (along axis 0) named by int32 `indices` of any shape: [...indices.shape, ...rest]. */
  take(indices: Tensor): Tensor {
    return new Tensor(views.takeRows(this.#node, indices.#node));
  }
}
