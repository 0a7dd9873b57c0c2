// The lab's counts, map and matrix as a program of one's own.
import type { LayerSizes, Opened } from "./compute.ts";

/** Prints the parameters of both layers, the map's first row, and the numbers of the matrix that are not 0. */
export const codeOf = ({ n, C, T, d }: LayerSizes, opened: Opened | undefined): string => `\
import { conv2d, describe, eye, nn, tensor } from "nabla";

const [n, C, T, d] = [${n}, ${C}, ${T}, ${d}];
const [side, m] = [2 * d + 1, n - 2 * d];

const conv = nn.conv2d(T, side);
const dense = nn.sequential(nn.flatten(), nn.linear(T * m * m));
for (const net of [conv, dense]) {
  console.log(describe(net, [C, n, n]).reduce((sum, { parameters }) => sum + parameters, 0));
}

// One of the filters, and the image it is laid on.
const x = tensor(${JSON.stringify(opened?.channels.flat() ?? [])}, { shape: [1, C, n, n] });
const w = tensor(${JSON.stringify(opened?.slices.flat() ?? [])}, { shape: [1, C, side, side] });
const map = conv2d(x, w).add(${opened?.bias ?? 0});
console.log(await map.reshape(m, m).slice([0, 1]).toArray());

// The same as a matrix: a column is what the filter makes of a single 1.
const matrix = conv2d(eye(C * n * n).reshape(C * n * n, C, n, n), w).reshape(C * n * n, m * m).transpose();
console.log(matrix.shape, await matrix.notEqual(0).cast("float32").sum().item());
`;
