// The package's `nabla/explain`: why a model answers as it does, and how far it may be trusted. Runs in a browser.
export type { Deviation } from "./central-differences.ts";
export {
  type CheckOptions,
  checkLayers,
  checkModel,
  checkOps,
  GRADIENT_TOLERANCE,
  isRight,
  type LayerCheck,
  type OpCheck,
} from "./check-gradients.ts";
export {
  type ColourPicture,
  colourPicture,
  enlarge,
  magnitudeColour,
  type Rgb,
  type Scale,
  signedColour,
  tilePictures,
} from "./colour.ts";
export { type Confidence, type ConfidenceBin, confidence, type Reading } from "./confidence.ts";
export { type FeatureMap, featureMaps } from "./feature-maps.ts";
export { type GradCam, gradCam } from "./grad-cam.ts";
export type { ClassChoice, Images, Numbers } from "./images.ts";
export { type LinearProbe, type LinearProbeOptions, linearProbe } from "./linear-probe.ts";
export { type MaximizeOptions, type Maximum, maximize } from "./maximize.ts";
export { type Occlusion, type OcclusionOptions, occlusion } from "./occlusion.ts";
export {
  type CurveOptions,
  type CurvePoint,
  noiseCurve,
  noiseImages,
  rotateImages,
  rotationCurve,
  type ShiftMap,
  shiftImages,
  shiftMap,
} from "./robustness.ts";
export { type Saliency, saliency } from "./saliency.ts";
export { filters, templates, type WeightPictures } from "./weights.ts";
