// Einstein summation over one or two operands, told in permutations, reshapes, sums and one batched product.
import { ShapeError } from "../base/errors.ts";
import { formatShape, type Shape, sizeOf } from "../base/shape.ts";
import { diagonal } from "./arrange.ts";
import type { Tensor } from "./tensor.ts";

/** An operand with a letter for each axis. */
interface Labelled {
  readonly x: Tensor;
  readonly labels: string;
}

const unique = (letters: string): string => [...new Set(letters)].join("");
const keep = (letters: string, test: (letter: string) => boolean): string =>
  [...letters].filter(test).join("");

function parse(equation: string, operands: readonly Tensor[]): { inputs: Labelled[]; output: string } {
  const [left, right, ...rest] = equation.replace(/\s/g, "").split("->");
  const terms = left!.split(",");
  const letters = terms.join("");
  const isWellFormed = /^[a-zA-Z]*$/.test(letters + (right ?? "")) && rest.length === 0;
  if (!isWellFormed || terms.length !== operands.length || operands.length < 1 || operands.length > 2) {
    throw new ShapeError(
      `einsum: "${equation}" with ${operands.length} operand(s) is not understood. Write one or two terms of letters, ` +
        `one letter for each axis, as in "bij,bjk->bik".`,
      { equation },
    );
  }
  // Without an arrow the letters that occur once stay, in alphabetical order.
  const implied = keep(unique(letters), (letter) => letters.split(letter).length === 2);
  const output = right ?? [...implied].sort().join("");
  const stray = [...output].find((letter) => !letters.includes(letter));
  if (stray !== undefined || unique(output) !== output) {
    throw new ShapeError(
      `einsum: the result "${output}" of "${equation}" must name letters of the terms, each once.`,
      { equation },
    );
  }
  return { inputs: terms.map((labels, i) => ({ x: operands[i]!, labels })), output };
}

/** The size of every letter; throws where axes of one letter differ or a term has too few letters. */
function sizesOf(equation: string, inputs: readonly Labelled[]): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const { x, labels } of inputs) {
    if (labels.length !== x.rank) {
      throw new ShapeError(
        `einsum: "${labels}" of "${equation}" names ${labels.length} axes, the operand ${formatShape(x.shape)} has ` +
          `${x.rank}. Write one letter for each axis.`,
        { labels, shape: x.shape },
      );
    }
    x.shape.forEach((size, axis) => {
      const letter = labels[axis]!;
      const known = sizes.get(letter) ?? size;
      if (known !== size) {
        throw new ShapeError(
          `einsum: "${letter}" of "${equation}" is ${known} in one place and ${size} in another. Axes of one letter must agree.`,
          { letter, sizes: [known, size] },
        );
      }
      sizes.set(letter, size);
    });
  }
  return sizes;
}

/** The axes in the order of `labels`. */
const order = ({ x, labels }: Labelled, wanted: string): Tensor =>
  x.permute([...wanted].map((letter) => labels.indexOf(letter)));

/** Repeated letters taken along the diagonal, and letters that nothing else names summed over. */
function simplify({ x, labels }: Labelled, needed: string): Labelled {
  const twice = [...labels].find((letter, i) => labels.indexOf(letter) !== i);
  if (twice !== undefined) {
    const [first, second] = [labels.indexOf(twice), labels.indexOf(twice, labels.indexOf(twice) + 1)];
    const rest = [...labels].flatMap((_, axis) => (axis === first || axis === second ? [] : [axis]));
    const others = rest.map((axis) => labels[axis]).join("");
    return simplify({ x: diagonal(x.permute([...rest, first, second])), labels: others + twice }, needed);
  }
  const folded = [...labels].flatMap((letter, axis) => (needed.includes(letter) ? [] : [axis]));
  if (folded.length === 0) return { x, labels };
  return { x: x.sum(folded), labels: keep(labels, (letter) => needed.includes(letter)) };
}

/**
 * Sums of products named by letters: `einsum("bij,bjk->bik", a, b)` is a batched matrix product. One operand or two, any
 * batch, contracted and free letters; a letter twice in one term takes the diagonal; without `->` letters that occur
 * once stay, in alphabetical order. No broadcasting, no ellipsis.
 */
export function einsum(equation: string, ...operands: readonly Tensor[]): Tensor {
  const { inputs, output } = parse(equation, operands);
  const sizes = sizesOf(equation, inputs);
  if (inputs.length === 1) return order(simplify(inputs[0]!, output), output);
  const [a, b] = inputs.map((input, i) => simplify(input, output + inputs[1 - i]!.labels)) as [
    Labelled,
    Labelled,
  ];
  const batch = keep(a.labels, (letter) => b.labels.includes(letter) && output.includes(letter));
  const inner = keep(a.labels, (letter) => b.labels.includes(letter) && !output.includes(letter));
  const rows = keep(a.labels, (letter) => !b.labels.includes(letter));
  const columns = keep(b.labels, (letter) => !a.labels.includes(letter));
  const shapeOf = (letters: string): Shape => [...letters].map((letter) => sizes.get(letter)!);
  const sized = (...groups: readonly string[]): number[] => groups.map((letters) => sizeOf(shapeOf(letters)));
  const left = order(a, batch + rows + inner).reshape(sized(batch, rows, inner));
  const right = order(b, batch + inner + columns).reshape(sized(batch, inner, columns));
  const labels = batch + rows + columns;
  return order({ x: left.matmul(right).reshape(shapeOf(labels)), labels }, output);
}
