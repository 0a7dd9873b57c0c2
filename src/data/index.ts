// The package's `nabla/data`: image sets, splits, sampling, augmentation and the embedded digits. Runs in a browser; what needs files
// or the network is in index.node.ts, `nabla/data/node`.
export {
  AUGMENTATION_NAMES,
  type Augmentation,
  type AugmentationEntry,
  type AugmentationName,
  type AugmentRequest,
  augment,
  augmentBytes,
  type Batch,
  type Change,
  type ColorJitterOptions,
  type CutoutOptions,
  colorJitter,
  cutmix,
  cutout,
  type ElasticOptions,
  elastic,
  type FlipOptions,
  type MixOptions,
  makeAugmentations,
  mixup,
  type Places,
  type RandomAffineOptions,
  type RandomCropOptions,
  type RandomErasingOptions,
  type Range,
  randomAffine,
  randomCrop,
  randomErasing,
  randomHorizontalFlip,
  randomVerticalFlip,
  type Warp,
} from "./augment/index.ts";
export {
  DIGIT_CLASSES,
  type DigitOptions,
  type DigitSplit,
  drawDigit,
  generateDigits,
  generateRange,
} from "./digits/index.ts";
export {
  checkImageSet,
  countOf,
  type DataSet,
  type ImageSet,
  type ImageSource,
  type ImageStream,
  imageBytes,
  isStream,
  type Labelled,
  readImages,
} from "./image-set.ts";
export { bytesOf, pixelsOf } from "./pixels.ts";
export { type GreyPicture, prepareDigit } from "./prepare-digit.ts";
export type { DataProgress, OpenOptions } from "./progress.ts";
export { balancedOrder, bufferedOrder, epochOrder, SHUFFLE_BUFFER } from "./sampler.ts";
export { type Split, splitStratified, subset, takeFirst } from "./split.ts";
export { type ChannelStatistics, channelStatistics, sampleStatistics } from "./statistics.ts";
