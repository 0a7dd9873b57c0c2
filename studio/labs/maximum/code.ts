// The lab's search for a counterexample as a program of one's own.
import type { WalkOptions } from "./compute.ts";
import { INSIDE, PATTERNS, SIZES } from "./geometry.ts";

/** Prints the maximum and its place for the pattern at (x, y), and every place inside where the maximum is less. */
export const codeOf = ({ pattern, stride, padding }: WalkOptions, x: number, y: number): string => `\
import { conv2d, tensor } from "nabla";

const [side, size, inside] = [${SIZES.side}, ${SIZES.pattern}, ${INSIDE}];
const pattern = [${PATTERNS[pattern].join(", ")}];
const w = tensor(pattern, { shape: [1, 1, size, size] });

async function peak(x: number, y: number) {
  const image = Array.from({ length: side * side }, (_, i) => {
    const [row, column] = [Math.floor(i / side) - y, (i % side) - x];
    const isInside = row >= 0 && row < size && column >= 0 && column < size;
    return isInside ? pattern[row * size + column]! : 0;
  });
  const map = conv2d(tensor(image, { shape: [1, 1, side, side] }), w, { stride: ${stride}, padding: ${padding} });
  const [place, width] = [await map.argmax(null).item(), map.shape[3]!];
  return { max: await map.max().item(), row: Math.floor(place / width), column: place % width };
}

console.log(await peak(${x}, ${y}));

const best = (await peak(0, 0)).max;
for (let y = 0; y <= inside; y++) {
  for (let x = 0; x <= inside; x++) {
    const { max } = await peak(x, y);
    if (max < best) console.log({ x, y, max });
  }
}
`;
