// An error as the page shows it: what kind it is, and what the engine says, which is English. Knows nothing of how it is
// shown; runs on both sides.

/** Kinds of errors that a reader can cause, for which there are words in every language. */
export const FAULT_KINDS = [
  "shape",
  "divergence",
  "device",
  "data",
  "format",
  "checkpoint",
  "config",
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
  /** Undefined for what is not the engine's, or not the reader's. */
  readonly kind?: FaultKind | undefined;
  readonly message: string;
}

/** The code of an engine's error: its own, or the name that it crossed from the worker with. */
export const codeOf = (error: Error): string =>
  String((error as { readonly code?: unknown }).code ?? error.name);

/** What browsers throw where an array or a memory is refused. */
const isRefusal = ({ name, message }: Error): boolean =>
  name === "RangeError" && /alloc|memory|array (buffer|length)/i.test(message);

export function faultOf(error: unknown): Fault {
  if (!(error instanceof Error)) return { message: String(error) };
  const { message } = error;
  if (isRefusal(error)) return { kind: "device", message };
  const code = codeOf(error);
  const kind = FAULT_KINDS.find((each) => code === `NABLA_${each.toUpperCase()}`);
  return kind === undefined ? { message } : { kind, message };
}
