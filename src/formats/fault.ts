// How every parser reports a file that breaks its format, so that all of them say the same things in one order.
// Knows no format and reads no file.
import { FormatError } from "../base/errors.ts";

/** What is wrong with a file: which part, at which place, what the format wants there, what is there, and the cure. */
export interface Fault {
  readonly what: string;
  readonly where: string;
  readonly expected: string | number;
  readonly actual: string | number;
  readonly cure: string;
}

/** A `FormatError` that reads `file: what (where): expected …, found …. Cure.` and carries the same as fields. */
export function faultIn(file: string, fault: Fault, cause?: unknown): FormatError {
  const { what, where, expected, actual, cure } = fault;
  const message = `${file}: ${what} (${where}): expected ${expected}, found ${actual}. ${cure}`;
  return new FormatError(message, { file, ...fault }, cause);
}
