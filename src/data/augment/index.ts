// Augmentation as others see it: what there is, and how it is made and done. Runs in a browser.
export { type RandomAffineOptions, randomAffine } from "./affine.ts";
export {
  type Augmentation,
  augment,
  type Batch,
  type Change,
  type Places,
  type Warp,
} from "./augmentation.ts";
export { AUGMENTATION_NAMES, type AugmentationEntry, type AugmentationName, type Range } from "./catalog.ts";
export { type ColorJitterOptions, colorJitter } from "./color.ts";
export {
  type FlipOptions,
  type RandomCropOptions,
  randomCrop,
  randomHorizontalFlip,
  randomVerticalFlip,
} from "./crop-flip.ts";
export { type ElasticOptions, elastic } from "./elastic.ts";
export { type CutoutOptions, cutout, type RandomErasingOptions, randomErasing } from "./erase.ts";
export { type AugmentRequest, makeAugmentations } from "./make.ts";
export { cutmix, type MixOptions, mixup } from "./mix.ts";
export { augmentBytes } from "./preview.ts";
