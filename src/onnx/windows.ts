// ONNX operators that slide windows over images: convolutions and pools. Sequences are images of height 1.
// Knows nothing of other operators.
import { avgPool2d, conv2d, convTranspose2d, maxPool2d } from "../tensor/images.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Operands } from "./operands.ts";

type Two = [number, number];

/** What windows have in common: kernel, strides, dilations, and padding as [top, bottom, left, right]. */
interface Geometry {
  readonly kernel: Two;
  readonly stride: Two;
  readonly dilation: Two;
  readonly padding: [number, number, number, number];
}

/** A list for one or two directions as a pair. */
function pairOf(x: Operands, name: string, values: readonly number[] | undefined, usual: number): Two {
  if (values === undefined) return [usual, usual];
  if (values.length === 1) return [usual, values[0]!];
  if (values.length === 2) return [values[0]!, values[1]!];
  throw x.fail(`its ${name} is for ${values.length} directions; images have two`);
}

function paddingOf(x: Operands, size: Two, kernel: Two, stride: Two, dilation: Two): Geometry["padding"] {
  const rule = x.text("auto_pad", "NOTSET");
  if (rule === "NOTSET" || rule === "VALID") {
    const pads = (rule === "NOTSET" && x.ints("pads")) || [0, 0, 0, 0];
    const [top, left, bottom, right] = pads.length === 2 ? [0, pads[0]!, 0, pads[1]!] : (pads as number[]);
    return [top!, bottom!, left!, right!];
  }
  if (rule !== "SAME_UPPER" && rule !== "SAME_LOWER") throw x.fail(`its auto_pad is ${JSON.stringify(rule)}`);
  return [0, 1].flatMap((i) => {
    const reach = dilation[i]! * (kernel[i]! - 1) + 1;
    const total = Math.max(0, (Math.ceil(size[i]! / stride[i]!) - 1) * stride[i]! + reach - size[i]!);
    const less = Math.floor(total / 2);
    return rule === "SAME_UPPER" ? [less, total - less] : [total - less, less];
  }) as Geometry["padding"];
}

function geometryOf(x: Operands, image: Tensor, kernel: readonly number[] | undefined): Geometry {
  const window = pairOf(x, "kernel_shape", kernel, 1);
  const stride = pairOf(x, "strides", x.ints("strides"), 1);
  const dilation = pairOf(x, "dilations", x.ints("dilations"), 1);
  const size: Two = [image.shape[2]!, image.shape[3]!];
  return { kernel: window, stride, dilation, padding: paddingOf(x, size, window, stride, dilation) };
}

/** Does `action` on images; sequences [N, C, L] become images for it and again sequences. */
function onImages(x: Operands, value: Tensor, action: (image: Tensor) => Tensor): Tensor {
  if (value.rank === 4) return action(value);
  if (value.rank === 3) return action(value.unsqueeze(2)).squeeze(2);
  throw x.fail(`takes images or sequences, not a value of rank ${value.rank}`);
}

const asImages = (weight: Tensor): Tensor => (weight.rank === 3 ? weight.unsqueeze(2) : weight);

const addBias = (x: Operands, y: Tensor): Tensor => (x.has(2) ? y.add(x.tensor(2).reshape(1, -1, 1, 1)) : y);

export const conv = (x: Operands): Tensor =>
  onImages(x, x.tensor(0), (image) => {
    const weight = asImages(x.tensor(1));
    const { stride, dilation, padding } = geometryOf(x, image, weight.shape.slice(2));
    return addBias(x, conv2d(image, weight, { stride, dilation, padding, groups: x.int("group", 1) }));
  });

export const convTranspose = (x: Operands): Tensor =>
  onImages(x, x.tensor(0), (image) => {
    const weight = asImages(x.tensor(1));
    const { stride, dilation, padding } = geometryOf(x, image, weight.shape.slice(2));
    const [top, bottom, left, right] = padding;
    if (
      top !== bottom ||
      left !== right ||
      x.ints("output_shape") !== undefined ||
      x.text("auto_pad", "NOTSET") !== "NOTSET"
    ) {
      throw x.fail("its padding is not the same on both sides");
    }
    const outputPadding = pairOf(x, "output_padding", x.ints("output_padding"), 0);
    const options = {
      stride,
      dilation,
      padding: [top, left] as const,
      outputPadding,
      groups: x.int("group", 1),
    };
    return addBias(x, convTranspose2d(image, weight, options));
  });

/** Images with what a pool pads: `value` where the two sides differ, which a pool itself cannot pad. */
function padded(image: Tensor, [top, bottom, left, right]: Geometry["padding"], value: number): Tensor {
  return image.pad(
    [
      [0, 0],
      [0, 0],
      [top, bottom],
      [left, right],
    ],
    value,
  );
}

function pool(x: Operands, action: (image: Tensor, geometry: Geometry, ceilMode: boolean) => Tensor): Tensor {
  return onImages(x, x.tensor(0), (image) => {
    const geometry = geometryOf(x, image, x.ints("kernel_shape"));
    if (geometry.dilation.some((step) => step !== 1)) throw x.fail("its windows have gaps");
    return action(image, geometry, x.int("ceil_mode", 0) === 1);
  });
}

const isEven = ([top, bottom, left, right]: Geometry["padding"], [height, width]: Two): boolean =>
  top === bottom && left === right && 2 * top <= height && 2 * left <= width;

export const maxPool = (x: Operands): Tensor =>
  pool(x, (image, { kernel, stride, padding }, ceilMode) => {
    if (isEven(padding, kernel)) {
      return maxPool2d(image, kernel, { stride, ceilMode, padding: [padding[0], padding[2]] });
    }
    return maxPool2d(padded(image, padding, Number.NEGATIVE_INFINITY), kernel, { stride, ceilMode });
  });

export const averagePool = (x: Operands): Tensor =>
  pool(x, (image, { kernel, stride, padding }, ceilMode) => {
    const countPadding = x.int("count_include_pad", 0) === 1;
    if (isEven(padding, kernel)) {
      return avgPool2d(image, kernel, { stride, ceilMode, padding: [padding[0], padding[2]], countPadding });
    }
    const wide = padded(image, padding, 0);
    const mean = avgPool2d(wide, kernel, { stride, ceilMode });
    if (countPadding) return mean;
    // The share of each window that is image.
    const ones = image.mul(0).add(1);
    return mean.div(avgPool2d(padded(ones, padding, 0), kernel, { stride, ceilMode }));
  });
