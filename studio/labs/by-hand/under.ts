// What lies under the filter, as formulas with their numbers.
import type { Square } from "./compute.ts";

/** One place of the filter on the image. */
export interface Under {
  readonly image: Square;
  readonly filter: Square;
  /** Column and row of the filter's first number, from 0. */
  readonly x: number;
  readonly y: number;
  readonly products: readonly number[];
  readonly sum: number;
}

/** A number in TeX; as a factor a negative one is bracketed. */
export type ToTex = (value: number, isFactor?: boolean) => string;

/** Row and column of number `i` of the filter, from 0. */
export const tapOf = ({ filter }: Under, i: number): readonly [number, number] => [
  Math.floor(i / filter.side),
  i % filter.side,
];

/** x·w with its numbers, without the result. */
export function productTex(under: Under, i: number, tex: ToTex): string {
  const [row, column] = tapOf(under, i);
  const pixel = under.image.values[(under.y + row) * under.image.side + under.x + column]!;
  return `${tex(pixel)}\\cdot ${tex(under.filter.values[i]!, true)}`;
}

/** All products and their sum. */
export const sumTex = (under: Under, tex: ToTex): string =>
  `${under.products.map((_, i) => productTex(under, i, tex)).join(" + ")} = ${tex(under.sum)}`;
