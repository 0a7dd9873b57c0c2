// The package's `nabla/formats`: encoders and decoders of file formats, all of them on bytes in memory.
export { CIFAR_RECORD, CIFAR10_CLASSES, type CifarBatch, decodeCifar, encodeCifar } from "./cifar.ts";
export type { Fault } from "./fault.ts";
export { decodeIdxImages, decodeIdxLabels, encodeIdxImages, encodeIdxLabels, type IdxImages } from "./idx.ts";
export {
  decodeSafetensors,
  encodeSafetensors,
  MAX_HEADER_BYTES,
  type NamedTensors,
  type SafeArrays,
  type SafeDType,
  type SafeTensor,
  type SafeTensors,
} from "./safetensors.ts";
export { readTar, type TarEntry, type TarMember, type TarRequest, walkTar } from "./tar.ts";
export {
  beginTensorBoardFile,
  decodeTensorBoard,
  type EventHistogram,
  encodeTensorBoardEvent,
  type TensorBoardEvent,
} from "./tensorboard.ts";
