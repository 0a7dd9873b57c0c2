// How primitives are declared: records made callable, and the type rules that many share.
import { type DType, isFloating } from "../base/dtype.ts";
import { DTypeError, ShapeError } from "../base/errors.ts";
import { formatShape, sameShape } from "../base/shape.ts";
import { type Attributes, apply, type Node, type Op, type TensorType } from "../ir/node.ts";

/** A primitive of one or more inputs and no attributes, called like a function; `op` is its record. */
export type MapFunction = ((...inputs: Node[]) => Node) & { readonly op: Op };

const NUMERIC: readonly DType[] = ["float32", "int32"];
const ANY: readonly DType[] = ["float32", "int32", "uint8", "bool"];

/** Element types a primitive accepts. */
export const accepts = {
  floating: ["float32"] as readonly DType[],
  numeric: NUMERIC,
  any: ANY,
  bool: ["bool"] as readonly DType[],
};

/** Throws `DTypeError` unless `dtype` is accepted. */
export function checkDType(op: string, dtype: DType, accepted: readonly DType[]): void {
  if (!accepted.includes(dtype)) {
    throw new DTypeError(
      `${op}: takes ${accepted.join(" or ")}, not ${dtype}. Convert first: x.cast("${accepted[0]}").`,
      { dtype, accepted },
    );
  }
}

/** Throws `ShapeError` unless the input has this rank. */
export function checkRank(op: string, input: TensorType, rank: number, layout: string): void {
  if (input.shape.length !== rank) {
    throw new ShapeError(
      `${op}: takes rank ${rank} ${layout}, not ${formatShape(input.shape)} of rank ${input.shape.length}. Reshape first.`,
      { shape: input.shape, rank },
    );
  }
}

/** The rule of most maps: inputs of one accepted element type and one shape. */
export function mapType(name: string, inputs: readonly TensorType[], accepted: readonly DType[]): TensorType {
  const [first, ...rest] = inputs;
  checkDType(name, first!.dtype, accepted);
  for (const other of rest) {
    if (other.dtype !== first!.dtype) {
      throw new DTypeError(
        `${name}: element types differ, ${first!.dtype} and ${other.dtype}. Convert one: x.cast("${first!.dtype}").`,
        { dtypes: inputs.map((input) => input.dtype) },
      );
    }
    if (!sameShape(other.shape, first!.shape)) {
      throw new ShapeError(
        `${name}: shapes differ, ${formatShape(first!.shape)} and ${formatShape(other.shape)}. Expand one first.`,
        { shapes: inputs.map((input) => input.shape) },
      );
    }
  }
  return first!;
}

/** What differs between element-by-element primitives. */
export interface MapRecord {
  readonly name: string;
  readonly accepts: readonly DType[];
  /** Element type of the result; that of the inputs if absent. */
  readonly result?: DType;
  reference(...x: number[]): number;
  /** The whole type rule, where it is not "all inputs alike". */
  type?(inputs: readonly TensorType[]): TensorType;
  /** Opcode on float lanes and on int lanes. */
  readonly float?: string;
  readonly int?: string;
  readonly samples: Op["samples"];
  gradient?(dy: Node, node: Node): readonly (Node | undefined)[];
  simplify?(node: Node): Node | undefined;
}

/** Declares an element-by-element primitive. */
export function defineMap(record: MapRecord): MapFunction {
  const { name, float, int, samples, gradient, simplify } = record;
  const op: Op = {
    name,
    kind: {
      tag: "map",
      reference: record.reference,
      cpu: (node) => (isFloating(node.inputs[0]!.dtype) ? float : int) ?? "",
    },
    samples,
    type(inputs) {
      if (record.type) return record.type(inputs);
      const { shape, dtype } = mapType(name, inputs, record.accepts);
      return { shape, dtype: record.result ?? dtype };
    },
    ...(gradient && { gradient }),
    ...(simplify && { simplify }),
  };
  return Object.assign((...inputs: Node[]) => apply(op, inputs, {}), { op });
}

/** Declares a primitive with attributes; `build` is its typed constructor. */
export const defineOp = <A extends Attributes>(op: Op<A>): Op<A> => op;
