// Making tensors from numbers.
import { arrayOf, checkTypeName, type DType, type TypedArray } from "../base/dtype.ts";
import { DTypeError, ShapeError } from "../base/errors.ts";
import { checkShape, formatShape, type Shape, sizeOf } from "../base/shape.ts";
import { constant, index, readSlot } from "../ops/leaf.ts";
import { storeHost } from "./storage.ts";
import { type NestedNumbers, Tensor } from "./tensor.ts";

/** Options of creation: element type, float32 unless said. */
export interface CreateOptions {
  readonly dtype?: DType;
}

function shapeOf(values: NestedNumbers): number[] {
  if (typeof values === "number") return [];
  if (!Array.isArray(values)) {
    throw new DTypeError(
      `tensor: ${JSON.stringify(values)} is no number. Give numbers, or arrays of them nested to one depth.`,
      { value: values },
    );
  }
  if (values.length === 0) return [0];
  const shapes = values.map(shapeOf);
  const odd = shapes.findIndex((shape) => shape.join() !== shapes[0]!.join());
  if (odd > 0) {
    throw new ShapeError(
      `tensor: rows differ in shape, ${formatShape(shapes[0]!)} and ${formatShape(shapes[odd]!)} at index ${odd}. ` +
        `All rows must be of one length.`,
      { index: odd },
    );
  }
  return [values.length, ...shapes[0]!];
}

const flatten = (values: NestedNumbers): number[] =>
  typeof values === "number" ? [values] : values.flatMap(flatten);

const DTYPE_OF = new Map<unknown, DType>([
  [Float32Array, "float32"],
  [Float64Array, "float32"],
  [Int32Array, "int32"],
  [Uint8Array, "uint8"],
]);

/** A tensor of nested arrays, or of a typed array (whose type it takes) with a shape. */
export function tensor(
  values: NestedNumbers | TypedArray,
  options: CreateOptions & { shape?: Shape } = {},
): Tensor {
  const isTyped = ArrayBuffer.isView(values);
  const natural = isTyped ? [values.length] : shapeOf(values);
  const shape = checkShape(options.shape ?? natural, "tensor");
  const numbers = isTyped ? values : flatten(values);
  if (numbers.length !== sizeOf(shape)) {
    throw new ShapeError(
      `tensor: ${numbers.length} numbers do not fill ${formatShape(shape)}, which holds ${sizeOf(shape)}. Give as many.`,
      { length: numbers.length, shape },
    );
  }
  const dtype = options.dtype ?? (isTyped ? DTYPE_OF.get(values.constructor) : undefined) ?? "float32";
  checkTypeName(dtype, "tensor");
  // Doubles are kept as they are: the reference device computes with all their digits.
  const data =
    dtype === "float32" && !(numbers instanceof Float32Array)
      ? new Float64Array(numbers.length)
      : arrayOf(dtype, numbers.length);
  data.set(numbers);
  return new Tensor(readSlot(storeHost(shape, dtype, data)));
}

/** `value` everywhere. */
export function full(shape: Shape, value: number, { dtype = "float32" }: CreateOptions = {}): Tensor {
  if (typeof value !== "number") {
    throw new DTypeError(`full: the value must be a number, it is ${String(value)}. Give one.`, { value });
  }
  return new Tensor(constant(value, checkShape(shape, "full"), checkTypeName(dtype, "full")));
}

/** Zeros. */
export const zeros = (shape: Shape, options?: CreateOptions): Tensor =>
  full(checkShape(shape, "zeros"), 0, options);

/** Ones. */
export const ones = (shape: Shape, options?: CreateOptions): Tensor =>
  full(checkShape(shape, "ones"), 1, options);

/** 0, 1, …, count − 1 as int32. */
export const arange = (count: number): Tensor => new Tensor(index(checkShape([count], "arange"), 0));

/** The identity matrix [n, n]. */
export function eye(n: number): Tensor {
  const shape = checkShape([n, n], "eye");
  return new Tensor(index(shape, 0)).equal(new Tensor(index(shape, 1))).cast("float32");
}
