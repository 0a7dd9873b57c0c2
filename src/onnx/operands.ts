// What an ONNX operator is given: its inputs, tensors or numbers known beforehand, and its attributes, each asked for as
// what the operator needs. Knows nothing of particular operators.
import { FormatError } from "../base/errors.ts";
import { type Shape, sizeOf } from "../base/shape.ts";
import { tensor } from "../tensor/create.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { OnnxAttribute, OnnxNode, OnnxTensor } from "./model.ts";

/** Numbers that are known when a graph is built: shapes, axes, and what is computed from them. */
export interface Known {
  readonly shape: Shape;
  readonly data: readonly number[];
}

export type Value = Tensor | Known;

export const isKnown = (value: Value): value is Known => !(value instanceof Tensor);
export const known = (data: readonly number[], shape: Shape = [data.length]): Known => ({ shape, data });

/** One node with the values of its inputs. */
export class Operands {
  readonly node: OnnxNode;
  readonly opset: number;
  readonly values: readonly (Value | undefined)[];

  constructor(node: OnnxNode, values: readonly (Value | undefined)[], opset: number) {
    this.node = node;
    this.values = values;
    this.opset = opset;
  }

  fail(what: string): FormatError {
    const { type, name } = this.node;
    return new FormatError(
      `importOnnx: ${type}${name === "" ? "" : ` ${JSON.stringify(name)}`}: ${what}. Export the model without it.`,
      { type, name },
    );
  }

  has(place: number): boolean {
    return this.values[place] !== undefined;
  }

  /** An input that must be there. */
  value(place: number): Value {
    const value = this.values[place];
    if (value === undefined) throw this.fail(`has no input ${place}`);
    return value;
  }

  /** An input as float32 elements, or as what it is where it is no number known beforehand. */
  tensor(place: number): Tensor {
    const value = this.value(place);
    return isKnown(value) ? tensor([...value.data], { shape: value.shape }) : value;
  }

  tensors(): Tensor[] {
    return this.values.map((_, place) => this.tensor(place));
  }

  /** An input whose numbers must be known beforehand. */
  known(place: number): readonly number[] {
    const value = this.value(place);
    if (isKnown(value)) return value.data;
    throw this.fail(`takes its input ${place} from the images; it must be constant`);
  }

  #attribute<K extends "int" | "ints" | "float" | "floats" | "text" | "tensor">(
    name: string,
    kind: K,
  ): Extract<OnnxAttribute, Record<K, unknown>>[K] | undefined {
    const found = Object.hasOwn(this.node.attributes, name) ? this.node.attributes[name] : undefined;
    if (found === undefined) return undefined;
    if (!(kind in found)) throw this.fail(`its ${name} is no ${kind}`);
    return (found as unknown as Record<K, never>)[kind];
  }

  int(name: string, usual: number): number {
    return this.#attribute(name, "int") ?? usual;
  }

  float(name: string, usual: number): number {
    return this.#attribute(name, "float") ?? usual;
  }

  text(name: string, usual: string): string {
    return this.#attribute(name, "text") ?? usual;
  }

  ints(name: string): readonly number[] | undefined {
    return this.#attribute(name, "ints");
  }

  floats(name: string): readonly number[] | undefined {
    return this.#attribute(name, "floats");
  }

  constant(name: string): OnnxTensor | undefined {
    return this.#attribute(name, "tensor");
  }

  /** Whole numbers that are an attribute in older versions of the operator and an input in newer ones. */
  list(name: string, place: number): readonly number[] | undefined {
    return this.ints(name) ?? (this.has(place) ? this.known(place) : undefined);
  }

  /** An axis from 0, for one that may count from the end. */
  axis(axis: number, rank: number): number {
    const counted = axis < 0 ? axis + rank : axis;
    if (Number.isInteger(counted) && counted >= 0 && counted < rank) return counted;
    throw this.fail(`its axis ${axis} is none of a value of rank ${rank}`);
  }

  /** Refuses sizes that no memory holds before any is taken. */
  checkSize(shape: Shape): Shape {
    const isShape = shape.every((size) => Number.isSafeInteger(size) && size >= 0);
    if (isShape && sizeOf(shape) < 2 ** 31) return shape;
    throw this.fail(`would give a value of shape [${shape.join(", ")}]`);
  }
}
