// Names of many files written as one: `{000..009}` counts, `{a,b}` lists, as shells and WebDataset have it.
// Knows nothing of files.
import { ConfigError } from "../base/errors.ts";

const MOST = 1_000_000;

/** The whole numbers from one to the other, with zeros before them where one of them has. */
function counted(from: string, to: string): string[] {
  const [first, last] = [Number(from), Number(to)];
  const width = /^0\d/.test(from) || /^0\d/.test(to) ? Math.max(from.length, to.length) : 0;
  const step = first <= last ? 1 : -1;
  const count = Math.abs(last - first) + 1;
  if (count > MOST) return [];
  return Array.from({ length: count }, (_, i) => String(first + i * step).padStart(width, "0"));
}

/**
 * The names a pattern stands for, in order: `x-{08..10}.tar` is x-08.tar, x-09.tar, x-10.tar. Throws `ConfigError` for a
 * brace without its other half, one that holds neither a range nor a list, and for over a million names.
 */
export function expandBraces(pattern: string): string[] {
  const [, before = "", inner, after = ""] = /^([^{}]*)\{([^{}]*)\}(.*)$/s.exec(pattern) ?? [];
  if (inner === undefined) {
    if (!/[{}]/.test(pattern)) return [pattern];
    throw new ConfigError(
      `pattern: a brace of "${pattern}" lacks its other half or stands within another. Write {000..009} or {a,b}.`,
      { pattern },
    );
  }
  const range = /^(\d{1,9})\.\.(\d{1,9})$/.exec(inner);
  const choices = range !== null ? counted(range[1]!, range[2]!) : inner.split(",");
  const rest = expandBraces(after);
  if (choices.length === 0 || choices.length * rest.length > MOST) {
    throw new ConfigError(`pattern: "${pattern}" stands for over ${MOST} names. Write a smaller range.`, {
      pattern,
    });
  }
  if (range === null && choices.length < 2) {
    throw new ConfigError(
      `pattern: {${inner}} in "${pattern}" is neither a range nor a list. Write {000..009} or {a,b}.`,
      { pattern },
    );
  }
  return choices.flatMap((choice) => rest.map((end) => before + choice + end));
}
