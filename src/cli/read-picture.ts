// Reads a picture file in the form a model takes. Knows nothing of what the model makes of it.
import type { Model } from "../train/index.ts";

/** A PNG, JPEG or WebP file as bytes [C, H, W]; a digit is brought into the form of the digits learned from. */
export async function readPicture({ shape, classes }: Model, file: string): Promise<Uint8Array> {
  const { decodeImage, readDigit } = await import("../data/index.node.ts");
  const [channels, height, width] = shape;
  const areDigits = classes.length === 10 && classes.every((label, index) => label === String(index));
  if (areDigits && shape.join() === "1,28,28") return readDigit(file);
  return decodeImage(file, { channels: channels === 1 ? 1 : 3, height, width });
}
