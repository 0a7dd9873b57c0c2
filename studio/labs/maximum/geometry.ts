// Patterns, and where they can be on the image. Knows nothing of the engine or the page.

/** Patterns of side 3, which are their own filters: 1 is ink. */
export const PATTERNS = {
  hook: [1, 0, 0, 1, 0, 0, 1, 1, 1],
  cross: [0, 1, 0, 1, 1, 1, 0, 1, 0],
  slash: [0, 0, 1, 0, 1, 0, 1, 0, 0],
  ring: [1, 1, 1, 1, 0, 1, 1, 1, 1],
} as const;
export type PatternName = keyof typeof PATTERNS;
export const PATTERN_NAMES = Object.keys(PATTERNS) as readonly PatternName[];

/** A pattern's upper left corner: column and row, below 0 or beyond the image where it is cut off. */
export interface Corner {
  readonly x: number;
  readonly y: number;
}

/** Sides of image and pattern; the first and last corner that leave a bit of the pattern in the image. */
export const SIZES = { side: 12, pattern: 3, first: -2, last: 11 } as const;

/** The last corner with the pattern wholly inside. */
export const INSIDE = SIZES.side - SIZES.pattern;

export const isInside = ({ x, y }: Corner): boolean => x >= 0 && y >= 0 && x <= INSIDE && y <= INSIDE;
