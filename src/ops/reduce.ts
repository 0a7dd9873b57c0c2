// Extremes, products and their positions over axes; the folded axes stay, with size 1.
import type { DType } from "../base/dtype.ts";
import { sameShape } from "../base/shape.ts";
import { apply, type Node, type Op } from "../ir/node.ts";
import { div, mul } from "./arithmetic.ts";
import { type AxesAttributes, expand, foldedShape, sum } from "./broadcast.ts";
import { accepts, checkDType, defineOp } from "./define.ts";
import { cast, equal } from "./logic.ts";

interface ReduceRecord {
  readonly name: string;
  readonly cpu: number;
  readonly result?: DType;
  reference(read: (i: number) => number, count: number): number;
  gradient?(dy: Node, node: Node): readonly (Node | undefined)[];
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

const reducer =
  (op: Op<AxesAttributes>) =>
  (x: Node, axes: readonly number[]): Node =>
    apply(op, [x], { axes });

export const max = reducer(maxOp);
export const min = reducer(minOp);
export const argmax = reducer(argmaxOp);
export const argmin = reducer(argminOp);
