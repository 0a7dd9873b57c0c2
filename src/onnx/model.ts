// An ONNX model as plain data: what of the format is read and written here. Knows nothing of bytes, nets or tensors.
// The format: https://github.com/onnx/onnx/blob/main/docs/IR.md
import type { Shape } from "../base/shape.ts";

/** Element types by the numbers that stand for them in a file. */
export const ELEMENTS = {
  ...{
    float32: 1,
    uint8: 2,
    int8: 3,
    uint16: 4,
    int16: 5,
    int32: 6,
    int64: 7,
    bool: 9,
    float16: 10,
    float64: 11,
  },
} as const;
export type ElementType = keyof typeof ELEMENTS;

/** A constant: elements in row-major order, 64-bit integers as numbers. */
export interface OnnxTensor {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape;
  readonly data: Float32Array | Float64Array | Int32Array | Uint8Array;
}

/** A static argument of a node: whole numbers are told from others by the key that holds them. */
export type OnnxAttribute =
  | { readonly float: number }
  | { readonly int: number }
  | { readonly text: string }
  | { readonly tensor: OnnxTensor }
  | { readonly floats: readonly number[] }
  | { readonly ints: readonly number[] }
  /** Of a kind that is not read: a graph, a list of texts. */
  | { readonly unread: number };

/** One operation: values are known by name; an empty name is an input left out. */
export interface OnnxNode {
  readonly type: string;
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** An input or output of the graph; sizes that are not fixed are names. */
export interface OnnxValue {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly (number | string)[];
}

/** A model: its graph, the version of the operators it is written in, and texts that go with it. */
export interface OnnxModel {
  readonly opset: number;
  readonly producer: string;
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly metadata: Readonly<Record<string, string>>;
}
