// ONNX operators on numbers that are known beforehand: how graphs compute shapes from shapes. Knows nothing of tensors.
import { type Shape, sizeOf, stridesOf } from "../base/shape.ts";
import { type Known, known, type Operands } from "./operands.ts";
import { cutsOf, sizesOf } from "./shapes.ts";

type Compute = (x: Operands, inputs: readonly Known[]) => Known;

/** Element by element; one of the two may be a single number. */
const pairwise =
  (f: (a: number, b: number) => number): Compute =>
  (x, [a, b]) => {
    const [m, n] = [a!.data.length, b!.data.length];
    if (m !== n && m !== 1 && n !== 1) throw x.fail(`meets lists of ${m} and ${n} numbers`);
    const longer = m >= n ? a! : b!;
    return known(
      longer.data.map((_, i) => f(a!.data[m === 1 ? 0 : i]!, b!.data[n === 1 ? 0 : i]!)),
      longer.shape,
    );
  };

const same: Compute = (_, [value]) => value!;

const gather: Compute = (x, [value, indices]) => {
  if (value!.shape.length !== 1 || x.axis(x.int("axis", 0), 1) !== 0)
    throw x.fail("takes from more than a list");
  const count = value!.data.length;
  const picked = indices!.data.map((index) => value!.data[index < 0 ? index + count : index]);
  if (picked.includes(undefined)) throw x.fail(`takes element ${indices!.data.join(", ")} of ${count}`);
  return known(picked as number[], indices!.shape);
};

/** The elements at indices that an output's indices are turned into, for every place of `shape` in row-major order. */
function rearranged(
  value: Known,
  shape: Shape,
  indexOf: (place: readonly number[]) => readonly number[],
): Known {
  const strides = stridesOf(value.shape);
  const data = Array.from({ length: sizeOf(shape) }, (_, i) => {
    const place = stridesOf(shape).map((stride, axis) => Math.floor(i / stride) % shape[axis]!);
    return value.data[indexOf(place).reduce((sum, index, axis) => sum + index * strides[axis]!, 0)]!;
  });
  return known(data, shape);
}

const slice: Compute = (x, [value]) => {
  const { starts, counts, steps } = cutsOf(x, value!.shape);
  return rearranged(value!, counts, (place) =>
    place.map((index, axis) => starts[axis]! + index * steps[axis]!),
  );
};

const transpose: Compute = (x, [value]) => {
  const { shape } = value!;
  const order = (x.ints("perm") ?? shape.map((_, axis) => shape.length - 1 - axis)).map((axis) =>
    x.axis(axis, shape.length),
  );
  const sizes = order.map((axis) => shape[axis]!);
  return rearranged(value!, sizes, (place) => shape.map((_, axis) => place[order.indexOf(axis)]!));
};

const concat: Compute = (x, inputs) => {
  if (inputs.some(({ shape }) => shape.length !== 1)) throw x.fail("joins more than lists");
  return known(inputs.flatMap(({ data }) => data));
};

const reshape: Compute = (x, [value]) => known(value!.data, sizesOf(x, value!.shape));

const unsqueeze: Compute = (_, [value]) => known(value!.data, value!.shape.length === 0 ? [1] : value!.shape);
const squeeze: Compute = (_, [value]) => known(value!.data, value!.data.length === 1 ? [] : value!.shape);

const fill: Compute = (x, [shape]) => {
  const sizes = x.checkSize(shape!.data);
  const most = 1e6;
  if (sizeOf(sizes) > most) throw x.fail(`would give ${sizeOf(sizes)} numbers`);
  return known(new Array<number>(sizeOf(sizes)).fill(x.constant("value")?.data[0] ?? 0), sizes);
};

/** The operators by name. */
export const KNOWN_OPERATORS: Readonly<Record<string, Compute>> = {
  ...{
    Transpose: transpose,
    Identity: same,
    Cast: same,
    Gather: gather,
    Slice: slice,
    Concat: concat,
    Reshape: reshape,
  },
  ...{ Unsqueeze: unsqueeze, Squeeze: squeeze, ConstantOfShape: fill },
  Add: pairwise((a, b) => a + b),
  Sub: pairwise((a, b) => a - b),
  Mul: pairwise((a, b) => a * b),
  // Whole numbers divide to whole numbers.
  Div: pairwise((a, b) => Math.trunc(a / b)),
  Equal: pairwise((a, b) => Number(a === b)),
  Where: (_, [condition, a, b]) =>
    known(
      condition!.data.map((isTrue, i) =>
        isTrue ? a!.data[i % a!.data.length]! : b!.data[i % b!.data.length]!,
      ),
    ),
};
