// Element types: their sizes and the typed arrays that hold them. Knows nothing of tensors.
import { DTypeError } from "./errors.ts";

/** Element type of a tensor. `bool` is stored as one byte, 0 or 1. */
export type DType = "float32" | "int32" | "uint8" | "bool";

/** A typed array that can hold the elements of a tensor. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint8Array;

const BYTES: Record<DType, number> = { float32: 4, int32: 4, uint8: 1, bool: 1 };

/** Bytes one element takes in device memory. */
export const bytesOf = (dtype: DType): number => BYTES[dtype];

/** The type, if it is one; throws DTypeError for another name. */
export function checkTypeName(dtype: DType, op: string): DType {
  if (Object.hasOwn(BYTES, dtype)) return dtype;
  throw new DTypeError(`${op}: type "${dtype}" is unknown. Use one of ${Object.keys(BYTES).join(", ")}.`, {
    dtype,
  });
}

/** A zeroed typed array of `length` elements of `dtype`. */
export function arrayOf(dtype: DType, length: number): Float32Array | Int32Array | Uint8Array {
  if (dtype === "float32") return new Float32Array(length);
  if (dtype === "int32") return new Int32Array(length);
  return new Uint8Array(length);
}

/** True for types that carry gradients. */
export const isFloating = (dtype: DType): boolean => dtype === "float32";
