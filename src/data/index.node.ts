// The package's `nabla/data/node`: the sources of data that need files or the network. What runs in a browser too is in
// index.ts, `nabla/data`.
export { type AtomicContent, atomicWrite } from "./atomic-write.node.ts";
export { cacheDir } from "./cache.node.ts";
export { type Cifar10Options, openCifar10 } from "./cifar10.node.ts";
export { contactSheet, type SheetRow } from "./contact-sheet.node.ts";
export { type DigitsOptions, openDigits } from "./digits.node.ts";
export { type Download, download } from "./download.node.ts";
export { decodeImage, type ImageForm, readDigit } from "./image-file.node.ts";
export { type MnistName, type MnistOptions, openMnist } from "./mnist.node.ts";
export { DATA_SET_NAMES, type OpenDataSetOptions, openDataSet, openImages } from "./open.node.ts";
export type { PictureOptions } from "./open-pictures.node.ts";
export { readPacked } from "./packed-file.node.ts";
