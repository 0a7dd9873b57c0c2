// Augmented images to be looked at: the same list that a training step does, once, on bytes.
import { compile } from "../../tensor/compile.ts";
import { tensor } from "../../tensor/create.ts";
import { Generator } from "../../tensor/random.ts";
import type { Labelled } from "../image-set.ts";
import { bytesOf, pixelsOf } from "../pixels.ts";
import { type Augmentation, augment } from "./augmentation.ts";

/** Images (bytes, one after another) of these classes after the augmentations, as bytes; drawn from `seed` alone. */
export async function augmentBytes(
  bytes: Uint8Array,
  { labels, shape, classes }: Labelled,
  list: readonly Augmentation[],
  seed = 1,
): Promise<Uint8Array> {
  const count = labels.length;
  if (count === 0) return bytes;
  const images = tensor(bytes, { shape: [count, bytes.length / count] });
  const indices = tensor(Int32Array.from(labels));
  const generator = new Generator(seed);
  const batch = () => ({ images: pixelsOf(images, shape), labels: indices, classes: classes.length });
  const augmented = await compile(() => bytesOf(augment(batch(), list, generator).images))();
  return (await augmented.data()) as Uint8Array;
}
