// Random rotation, scaling, shearing and shifting of images about their centre.
import type { Generator } from "../../tensor/random.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Places, Warp } from "./augmentation.ts";
import { checkOptions, type Range } from "./catalog.ts";

/** Options of randomAffine; nothing is done of what is left out. */
export interface RandomAffineOptions {
  /** Rotation in degrees, clockwise: ± a bound, or [least, most]. */
  readonly degrees?: Range | undefined;
  /** Largest shift in pixels, for both directions or [horizontal, vertical]. */
  readonly translate?: number | readonly [number, number] | undefined;
  /** Factor of the size, [least, most]. */
  readonly scale?: readonly [least: number, most: number] | undefined;
  /** Shear in degrees: along x, ± a bound or [least, most]; [least, most, least, most] along x and y. */
  readonly shear?: Range | readonly [number, number, number, number] | undefined;
}

const RADIANS = Math.PI / 180;

/** The bounds of a range. */
export const boundsOf = (range: Range): readonly [number, number] =>
  typeof range === "number" ? [-range, range] : range;

/** Evenly drawn numbers, one an image: [N, 1, 1]. */
const draw = (generator: Generator, count: number, [least, most]: readonly [number, number]): Tensor =>
  generator.uniform([count, 1, 1], least, most);

/**
 * Each image rotated, scaled, sheared and shifted, all evenly drawn within their bounds. The output at p shows the input
 * at A⁻¹(p − t) with A = s·R(θ)·Shear, about the centre and between pixels linearly, as torchvision's RandomAffine;
 * but shifts are in pixels.
 */
export function randomAffine(options: RandomAffineOptions = {}): Warp {
  checkOptions("affine", options);
  const { degrees = 0, translate = 0, scale = [1, 1], shear = 0 } = options;
  const [right, down] = typeof translate === "number" ? [translate, translate] : translate;
  const [shearX, shearY] =
    typeof shear === "number" || shear.length === 2
      ? [boundsOf(shear), [0, 0] as const]
      : [[shear[0], shear[1]] as const, [shear[2], shear[3]] as const];
  const warp = (places: Places, generator: Generator): Places => {
    const one = (bounds: readonly [number, number]) => draw(generator, places.count, bounds);
    const angle = one(boundsOf(degrees)).mul(RADIANS);
    const [sx, sy] = [one(shearX).mul(RADIANS), one(shearY).mul(RADIANS)];
    const size = one(scale).reciprocal();
    const [x, y] = [places.x.sub(one([-right, right])), places.y.sub(one([-down, down]))];
    // R(θ)·Shear has determinant 1, so that its inverse is its entries exchanged.
    const tilt = angle.sub(sy);
    const [cosine, sine] = [tilt.cos().div(sy.cos()), tilt.sin().div(sy.cos())];
    const slope = sx.sin().div(sx.cos());
    const across = cosine.mul(slope).add(angle.sin());
    const along = angle.cos().sub(sine.mul(slope));
    return {
      ...places,
      x: x.mul(along.mul(size)).add(y.mul(across.mul(size))),
      y: y.mul(cosine.mul(size)).sub(x.mul(sine.mul(size))),
    };
  };
  return { kind: "warp", name: "affine", warp };
}
