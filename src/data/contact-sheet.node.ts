// A contact sheet: small images in labelled rows, as the bytes of a PNG file. Knows nothing of where they come from.
import { ConfigError } from "../base/errors.ts";
import { loadSharp } from "./image-file.node.ts";

/** One row: its label, and its cells. A cell is one image or several that belong together, as bytes in C, H, W order. */
export interface SheetRow {
  readonly label: string;
  readonly cells: readonly (readonly Uint8Array[])[];
}

/** Images are enlarged by a whole factor to about this many pixels. */
const WANTED = 64;
const GAP = 8;
/** Between the images of a cell. */
const SEAM = 1;
const LETTER = 9;
const MOST_LETTERS = 20;
const MOST_PIXELS = 50_000_000;
const PAPER = 255;

/** RGB pixels, row by row. */
interface Canvas {
  readonly pixels: Uint8Array;
  readonly height: number;
  readonly width: number;
}

/** Puts an image at (top, left), each of its pixels `factor` wide and high. One or two channels are taken as grey. */
function put(
  { pixels, width: stride }: Canvas,
  image: Uint8Array,
  [channels, height, width]: readonly [number, number, number],
  place: { readonly top: number; readonly left: number; readonly factor: number },
): void {
  const { top, left, factor } = place;
  for (let y = 0; y < height * factor; y++) {
    for (let x = 0; x < width * factor; x++) {
      const from = Math.floor(y / factor) * width + Math.floor(x / factor);
      for (let channel = 0; channel < 3; channel++) {
        const plane = channels < 3 ? 0 : channel;
        pixels[((top + y) * stride + left + x) * 3 + channel] = image[plane * height * width + from]!;
      }
    }
  }
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
const shorten = (text: string): string =>
  text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS - 1)}…` : text;

/** The labels as a picture to be laid over the sheet; one that is wider than the margin is cut off. */
function labelsOf(
  labels: readonly string[],
  { rowHeight, margin }: { readonly rowHeight: number; readonly margin: number },
  { height, width }: Canvas,
): Buffer {
  const lines = labels.map((label, row) => {
    const text = shorten(label).replace(/[&<>]/g, (letter) => ENTITIES[letter]!);
    const y = GAP + row * rowHeight + (rowHeight - GAP) / 2 - 10;
    return `<svg x="${GAP}" y="${y}" width="${margin - 2 * GAP}" height="20"><text y="15">${text}</text></svg>`;
  });
  const style = 'font-family="sans-serif" font-size="15"';
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ${style}>${lines.join("")}</svg>`,
  );
}

const mostOf = (numbers: readonly number[]): number =>
  numbers.reduce((most, value) => Math.max(most, value), 0);

/** The sheet of these rows of images of one shape as PNG; throws `ConfigError` where it would be too large. */
export async function contactSheet(
  rows: readonly SheetRow[],
  shape: readonly [number, number, number],
): Promise<Uint8Array> {
  const [, height, width] = shape;
  const factor = Math.max(1, Math.round(WANTED / Math.max(height, width)));
  const together = Math.max(1, mostOf(rows.map(({ cells }) => mostOf(cells.map((cell) => cell.length)))));
  const columns = Math.max(1, mostOf(rows.map(({ cells }) => cells.length)));
  const margin = 2 * GAP + LETTER * mostOf(rows.map(({ label }) => shorten(label).length));
  const cellWidth = together * (width * factor + SEAM) - SEAM + GAP;
  const rowHeight = height * factor + GAP;
  const size = { height: GAP + rows.length * rowHeight, width: margin + columns * cellWidth };
  if (size.height * size.width > MOST_PIXELS) {
    throw new ConfigError(
      `contact sheet: ${rows.length} rows of ${columns} images would make ${size.width}×${size.height} pixels, over ` +
        `${MOST_PIXELS / 1e6} megapixels. Ask for fewer or smaller images.`,
      size,
    );
  }
  const sharp = await loadSharp("contact sheet");
  const canvas: Canvas = { ...size, pixels: new Uint8Array(size.height * size.width * 3).fill(PAPER) };
  for (const [row, { cells }] of rows.entries()) {
    for (const [column, cell] of cells.entries()) {
      for (const [i, image] of cell.entries()) {
        const left = margin + column * cellWidth + i * (width * factor + SEAM);
        put(canvas, image, shape, { top: GAP + row * rowHeight, left, factor });
      }
    }
  }
  const labels = labelsOf(
    rows.map(({ label }) => label),
    { rowHeight, margin },
    canvas,
  );
  const raw = { width: size.width, height: size.height, channels: 3 } as const;
  return sharp(canvas.pixels, { raw })
    .composite([{ input: labels }])
    .png()
    .toBuffer();
}
