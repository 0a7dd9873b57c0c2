// What the lab measures of a filter as a program of one's own.
import type { Filter } from "./compute.ts";

/** Prints the filter's answers to a vertical edge, a horizontal one and a flat wall. */
export const codeOf = ({ side, values }: Filter): string => `\
import { conv2d, tensor } from "nabla";

const side = 16;
const pixels = (light: (row: number, column: number) => boolean) =>
  Array.from({ length: side * side }, (_, i) => (light(Math.floor(i / side), i % side) ? 255 : 0));
const x = tensor(
  [
    ...pixels((_, column) => column >= side / 2), // a vertical edge
    ...pixels((row) => row >= side / 2), // a horizontal edge
    ...pixels(() => true), // none
  ],
  { shape: [3, 1, side, side] },
);
const w = tensor([${values.join(", ")}], { shape: [1, 1, ${side}, ${side}] });

const map = conv2d(x, w).abs(); // [3, 1, ${17 - side}, ${17 - side}]
const edge = [${9 - side}, 8] as const; // places that see both sides of the edge
console.log("vertical", await map.slice([0, 1], null, null, edge).mean().item());
console.log("horizontal", await map.slice([1, 2], null, edge, null).mean().item());
console.log("flat", await map.slice([2, 3]).mean().item());
`;
