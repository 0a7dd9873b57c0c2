// Reads a picture file in the form a model takes. Knows nothing of what the model makes of it.
import type { Model } from "../train/index.ts";

/** Whether a model reads digits in the form that `readDigit` brings them into. */
export const readsDigits = ({ shape, classes }: Pick<Model, "shape" | "classes">): boolean =>
  shape.join() === "1,28,28" &&
  classes.length === 10 &&
  classes.every((label, index) => label === String(index));

/** A PNG, JPEG or WebP file as bytes [C, H, W]; a digit is brought into the form of the digits learned from. */
export async function readPicture(model: Model, file: string): Promise<Uint8Array> {
  const { decodeImage, readDigit } = await import("../data/index.node.ts");
  const [channels, height, width] = model.shape;
  if (readsDigits(model)) return readDigit(file);
  return decodeImage(file, { channels: channels === 1 ? 1 : 3, height, width });
}
