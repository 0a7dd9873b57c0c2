// The lab's convolution as a program of one's own.
import type { Square } from "./compute.ts";

/** Prints the map, and the products at `place`. */
export const codeOf = (image: Square, filter: Square, place: number): string => `\
import { conv2d, tensor, unfold } from "nabla";

const x = tensor([${image.values.join(", ")}], { shape: [1, 1, ${image.side}, ${image.side}] });
const w = tensor([${filter.values.join(", ")}], { shape: [1, 1, ${filter.side}, ${filter.side}] });

const map = conv2d(x, w); // a place of the filter is a number of the map
console.log(await map.squeeze([0, 1]).toArray());

const windows = unfold(x, ${filter.side}).squeeze(0).transpose(); // one row a place
const products = windows.mul(w.reshape(1, ${filter.values.length}));
console.log(await products.slice([${place}, ${place + 1}]).toArray());
`;
