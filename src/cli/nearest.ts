// Finds the word somebody probably meant. Knows nothing of options or files.

/** Number of single-letter insertions, deletions and substitutions between two words (Levenshtein). */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(substituted, (previous[j] as number) + 1, (current[j - 1] as number) + 1));
    }
    previous = current;
  }
  return previous[b.length] as number;
}

const plain = (word: string): string => word.toLowerCase().replace(/[-_ ]/g, "");

/** The valid word nearest to `word` regardless of case, hyphens and underscores; undefined where none is near. */
export function nearest(word: string, valid: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.ceil(word.length * 0.4)) + 0.5;
  for (const candidate of valid) {
    const [a, b] = [plain(word), plain(candidate)];
    // A word that begins the other ("learn" and "learningRate") is near however long the rest is.
    const isBeginning = a.length > 2 && b.length > 2 && (b.startsWith(a) || a.startsWith(b));
    const distance = isBeginning ? Math.min(1, editDistance(a, b)) : editDistance(a, b);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}
