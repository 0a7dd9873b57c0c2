// Small images drawn with characters: two pixels a character (▀, one in each colour) where there are colours, letters
// of growing darkness elsewhere. Takes bytes; knows nothing of data sets.
import type { Terminal } from "../terminal.ts";
import { padRight, widthOf } from "./lines.ts";

/** An image as bytes in C, H, W order; 3 channels are red, green, blue, otherwise the first is taken as grey. */
export interface Picture {
  readonly pixels: Uint8Array;
  readonly shape: readonly [number, number, number];
}

const LETTERS = " .:-=+*#%@";
const MAX_WIDTH = 32;
const GAP = 3;

/** Columns the picture takes on the screen. */
export const pictureWidth = ({ shape }: Picture): number => Math.min(MAX_WIDTH, shape[2]);

/** The picture as lines of equal width, two rows of pixels a line; one wider than `most` pixels is made smaller. */
export function drawPicture(picture: Picture, terminal: Terminal, most = MAX_WIDTH): string[] {
  const width = Math.min(most, picture.shape[2]);
  const height = Math.max(1, Math.round((picture.shape[1] * width) / picture.shape[2]));
  const at = sampler(picture, width, height);
  const lines: string[] = [];
  for (let y = 0; y < height; y += 2) {
    let line = "";
    for (let x = 0; x < width; x++) {
      const upper = at(x, y);
      const lower = y + 1 < height ? at(x, y + 1) : BLACK;
      line += terminal.hasColours ? halfBlock(upper, lower, terminal.hasUnicode) : letter(upper, lower);
    }
    lines.push(terminal.hasColours ? `${line}\u001b[0m` : line);
  }
  return lines;
}

/** Pictures with their captions (a line each) side by side, as many in a row as the terminal is wide. */
export function drawGallery(
  items: readonly { readonly picture: Picture; readonly caption: readonly string[] }[],
  terminal: Terminal,
): string {
  const width = Math.max(
    1,
    ...items.flatMap(({ picture, caption }) => [pictureWidth(picture), ...caption.map(widthOf)]),
  );
  const across = Math.max(1, Math.floor((terminal.columns + GAP) / (width + GAP)));
  let text = "";
  for (let first = 0; first < items.length; first += across) {
    const blocks = items
      .slice(first, first + across)
      .map(({ picture, caption }) => [...drawPicture(picture, terminal), ...caption]);
    const height = Math.max(...blocks.map((block) => block.length));
    for (let y = 0; y < height; y++) {
      const line = blocks.map((block) => padRight(block[y] ?? "", width)).join(" ".repeat(GAP));
      text += `${line.trimEnd()}\n`;
    }
    text += "\n";
  }
  return text;
}

type Colour = readonly [red: number, green: number, blue: number];
const BLACK: Colour = [0, 0, 0];

/** Reads the mean colour of the source pixels under pixel (x, y) of a width × height drawing. */
function sampler(
  { pixels, shape }: Picture,
  width: number,
  height: number,
): (x: number, y: number) => Colour {
  const [channels, H, W] = shape;
  const mean = (channel: number, x: number, y: number): number => {
    const [left, right] = [Math.floor((x * W) / width), Math.max(1, Math.ceil(((x + 1) * W) / width))];
    const [top, bottom] = [Math.floor((y * H) / height), Math.max(1, Math.ceil(((y + 1) * H) / height))];
    let sum = 0;
    for (let row = top; row < bottom; row++) {
      for (let column = left; column < right; column++) sum += pixels[(channel * H + row) * W + column] ?? 0;
    }
    return sum / ((right - left) * (bottom - top));
  };
  return (x, y) => {
    const first = mean(0, x, y);
    return channels >= 3 ? [first, mean(1, x, y), mean(2, x, y)] : [first, first, first];
  };
}

function halfBlock(upper: Colour, lower: Colour, hasUnicode: boolean): string {
  if (hasUnicode) return `\u001b[38;5;${paletteIndex(upper)};48;5;${paletteIndex(lower)}m▀`;
  const both = upper.map((value, i) => (value + (lower[i] as number)) / 2) as unknown as Colour;
  return `\u001b[48;5;${paletteIndex(both)}m `;
}

/** Index of a colour among the 256 of a terminal: 24 greys from 232 on between black and white, or the 6×6×6 cube. */
function paletteIndex([red, green, blue]: Colour): number {
  const isGrey = Math.max(red, green, blue) - Math.min(red, green, blue) < 12;
  if (isGrey) {
    const level = Math.round(((red + green + blue) / 3 / 255) * 25);
    if (level === 0) return 16;
    return level === 25 ? 231 : 231 + level;
  }
  const step = (value: number): number => Math.round((value / 255) * 5);
  return 16 + 36 * step(red) + 6 * step(green) + step(blue);
}

/** One letter for two pixels: a character is about twice as high as wide, so the proportions stay. */
function letter(upper: Colour, lower: Colour): string {
  const light = ([red, green, blue]: Colour): number => 0.299 * red + 0.587 * green + 0.114 * blue;
  const level = (light(upper) + light(lower)) / 2 / 255;
  return LETTERS[Math.min(LETTERS.length - 1, Math.floor(level * LETTERS.length))] as string;
}
