// The order of a list. Knows nothing of layers.

/** The list with the item at `from` taken out and put in at `to`. */
export const moved = <T>(list: readonly T[], from: number, to: number): T[] =>
  list.toSpliced(from, 1).toSpliced(to, 0, list[from]!);
