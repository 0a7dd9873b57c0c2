// From the entries of a configuration to augmentations.
import { randomAffine } from "./affine.ts";
import type { Augmentation } from "./augmentation.ts";
import { type AugmentationEntry, type AugmentationName, readEntry } from "./catalog.ts";
import { colorJitter } from "./color.ts";
import { randomCrop, randomHorizontalFlip, randomVerticalFlip } from "./crop-flip.ts";
import { elastic } from "./elastic.ts";
import { cutout, randomErasing } from "./erase.ts";
import { cutmix, mixup } from "./mix.ts";

// Options have been checked by their rules when they get here.
const MAKERS: Readonly<Record<AugmentationName, (options: never) => Augmentation>> = {
  ...{ affine: randomAffine, elastic, crop: randomCrop, flip: randomHorizontalFlip },
  ...{ verticalFlip: randomVerticalFlip, erasing: randomErasing, cutout, jitter: colorJitter, mixup, cutmix },
};

/** Pixels by which images are moved where nothing but `true` is said. */
const USUAL_SHIFT = 2;

/** What is asked for: nothing, shifts of up to 2 or so many whole pixels, or a list. */
export type AugmentRequest = boolean | number | readonly AugmentationEntry[];

/** The augmentations of a request, in order; throws `ConfigError`, naming the nearest, for what is unknown or wrong. */
export function makeAugmentations(request: AugmentRequest): Augmentation[] {
  if (typeof request === "object") {
    return request.map((entry) => {
      const { name, options } = readEntry(entry);
      return MAKERS[name](options as never);
    });
  }
  const padding = typeof request === "number" ? request : request ? USUAL_SHIFT : 0;
  return padding === 0 ? [] : [randomCrop({ padding })];
}
