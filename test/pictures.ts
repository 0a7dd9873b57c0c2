// Pictures of one grey level for tests of what reads them. Knows nothing of data sets.
import sharp from "sharp";

/** A picture's file as bytes; 7×9 pixels, in colours, as PNG unless told otherwise. */
export function pictureBytes(
  grey: number,
  {
    height = 7,
    width = 9,
    format = "png",
  }: { height?: number; width?: number; format?: "png" | "jpeg" | "webp" } = {},
): Promise<Buffer> {
  const background = { r: grey, g: grey, b: grey };
  return sharp({ create: { width, height, channels: 3, background } })
    .toFormat(format)
    .toBuffer();
}
