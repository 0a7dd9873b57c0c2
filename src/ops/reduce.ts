// Extremes, products and their positions over axes; the folded axes stay, with size 1.
import type { DType } from "../base/dtype.ts";
import { ShapeError } from "../base/errors.ts";
import { formatShape, type Shape, sameShape } from "../base/shape.ts";
import { apply, type Node, type Op } from "../ir/node.ts";
import { div, mul } from "./arithmetic.ts";
import { type AxesAttributes, expand, foldedShape, sum } from "./broadcast.ts";
import { accepts, checkDType, defineOp } from "./define.ts";
import { constantLike } from "./leaf.ts";
import { cast, equal, where } from "./logic.ts";

interface ReduceRecord {
  readonly name: string;
  readonly cpu: number;
  readonly result?: DType;
  reference(read: (i: number) => number, count: number): number;
  gradient?(dy: Node, node: Node): readonly (Node | undefined)[];
}

/** Nothing has no place of its extreme. */
function checkNotEmpty(op: string, shape: Shape, axes: readonly number[]): void {
  const axis = axes.find((each) => shape[each] === 0);
  if (axis === undefined) return;
  throw new ShapeError(
    `${op}: axis ${axis} of ${formatShape(shape)} is empty, so that no element is the extreme. Fold another axis.`,
    { shape, axis },
  );
}

const sampleAxes = [[1], [0, 2], [0, 1, 2]];

const defineReduce = (record: ReduceRecord): Op<AxesAttributes> =>
  defineOp<AxesAttributes>({
    name: record.name,
    kind: { tag: "reduce", cpu: record.cpu, reference: record.reference },
    samples: (record.result ? [[1], [0], [2]] : sampleAxes).map((axes) => ({
      inputs: [{ shape: [3, 4, 5] }],
      attributes: { axes },
    })),
    type([x], { axes }) {
      checkDType(record.name, x!.dtype, accepts.floating);
      if (record.result) checkNotEmpty(record.name, x!.shape, axes);
      return { shape: foldedShape(x!.shape, axes), dtype: record.result ?? x!.dtype };
    },
    ...(record.gradient && { gradient: record.gradient }),
    ...(!record.result && {
      simplify: ({ inputs: [x], shape }: Node) => (sameShape(x!.shape, shape) ? x! : undefined),
    }),
  });

/** Shares dy among all elements that attain the extreme, as PyTorch's amax does. */
function shareAmongTies(dy: Node, y: Node): readonly Node[] {
  const [x] = y.inputs as [Node];
  const attains = cast(equal(x, expand(y, x.shape)), x.dtype);
  const share = div(dy, sum(attains, y.attributes["axes"] as number[]));
  return [mul(attains, expand(share, x.shape))];
}

/** Folds with a comparison that lets NaN win. */
const extreme = (initial: number, wins: (a: number, b: number) => boolean) =>
  function fold(read: (i: number) => number, count: number): number {
    let best = initial;
    for (let i = 0; i < count; i++) {
      const x = read(i);
      if (Number.isNaN(x)) return x;
      if (wins(x, best)) best = x;
    }
    return best;
  };

const position = (wins: (a: number, b: number) => boolean) =>
  function find(read: (i: number) => number, count: number): number {
    let best = 0;
    for (let i = 0; i < count; i++) {
      if (Number.isNaN(read(i))) return i;
      if (wins(read(i), read(best))) best = i;
    }
    return best;
  };

const isGreater = (a: number, b: number) => a > b;
const isLess = (a: number, b: number) => a < b;

/** The largest element, NaN if there is one; −∞ over nothing. The gradient is shared among ties. */
export const maxOp = defineReduce({
  name: "max",
  cpu: 1,
  reference: extreme(Number.NEGATIVE_INFINITY, isGreater),
  gradient: shareAmongTies,
});

/** The smallest element, NaN if there is one; +∞ over nothing. The gradient is shared among ties. */
export const minOp = defineReduce({
  name: "min",
  cpu: 2,
  reference: extreme(Number.POSITIVE_INFINITY, isLess),
  gradient: shareAmongTies,
});

/**
 * Shares dy by the product of the other elements: y / x where nothing is 0; with one 0 the product of the rest at that
 * place, with more 0 everywhere.
 */
function productOfOthers(dy: Node, y: Node): readonly Node[] {
  const [x] = y.inputs as [Node];
  const axes = y.attributes["axes"] as number[];
  const zero = constantLike(x, 0);
  const isZero = equal(x, zero);
  const zeros = expand(sum(cast(isZero, x.dtype), axes), x.shape);
  const safe = where(isZero, constantLike(x, 1), x);
  const others = div(expand(prod(safe, axes), x.shape), safe);
  const counts = where(isZero, equal(zeros, constantLike(x, 1)), equal(zeros, zero));
  return [mul(expand(dy, x.shape), where(counts, others, zero))];
}

/** The product of the elements; 1 over nothing. */
export const prodOp = defineReduce({
  name: "prod",
  cpu: 3,
  reference(read, count) {
    let product = 1;
    for (let i = 0; i < count; i++) product *= read(i);
    return product;
  },
  gradient: productOfOthers,
});

/** The index of the first largest element (or of the first NaN) along one axis, as int32. */
export const argmaxOp = defineReduce({
  name: "argmax",
  cpu: 4,
  result: "int32",
  reference: position(isGreater),
});

/** The index of the first smallest element (or of the first NaN) along one axis, as int32. */
export const argminOp = defineReduce({
  name: "argmin",
  cpu: 5,
  result: "int32",
  reference: position(isLess),
});

type Reducer = (x: Node, axes: readonly number[]) => Node;

const reducer =
  (op: Op<AxesAttributes>): Reducer =>
  (x, axes) =>
    apply(op, [x], { axes });

export const max = reducer(maxOp);
export const min = reducer(minOp);
export const prod: Reducer = reducer(prodOp);
export const argmax = reducer(argmaxOp);
export const argmin = reducer(argminOp);
