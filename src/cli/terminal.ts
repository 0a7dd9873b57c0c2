// What the command line writes to: two streams and what they can show. Knows nothing of what is written.
import pc from "picocolors";

/** The colours of a terminal, or functions that leave the text as it is. */
export type Colours = ReturnType<typeof pc.createColors>;

/** Two streams and their abilities; everything the command line prints goes through one. */
export interface Terminal {
  /** Writes results and progress (standard output). */
  readonly write: (text: string) => void;
  /** Writes errors and warnings (standard error). */
  readonly writeError: (text: string) => void;
  readonly columns: number;
  /** True where a line can be drawn over again. */
  readonly isInteractive: boolean;
  readonly hasColours: boolean;
  readonly hasUnicode: boolean;
  readonly colours: Colours;
}

const DEFAULT_COLUMNS = 100;

/** The terminal of this process, its abilities judged from the streams and the environment (NO_COLOR, TERM, LANG). */
export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  const isInteractive = stdout.isTTY === true && env["TERM"] !== "dumb" && !env["CI"];
  const hasColours = pc.isColorSupported && (stdout.isTTY === true || env["FORCE_COLOR"] !== undefined);
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"] || "";
  return {
    write: (text) => void stdout.write(text),
    writeError: (text) => void stderr.write(text),
    get columns() {
      return stdout.columns || DEFAULT_COLUMNS;
    },
    isInteractive,
    hasColours,
    hasUnicode: !/^(C|POSIX)$/.test(locale) && env["TERM"] !== "linux" && env["TERM"] !== "dumb",
    colours: pc.createColors(hasColours),
  };
}

/** A terminal that keeps what is written to it; plain unless abilities are given. */
export function recordingTerminal(
  abilities: { columns?: number; isInteractive?: boolean; hasColours?: boolean; hasUnicode?: boolean } = {},
): Terminal & { readonly output: () => string; readonly errors: () => string } {
  let output = "";
  let errors = "";
  const hasColours = abilities.hasColours ?? false;
  return {
    write: (text) => {
      output += text;
    },
    writeError: (text) => {
      errors += text;
    },
    columns: abilities.columns ?? DEFAULT_COLUMNS,
    isInteractive: abilities.isInteractive ?? false,
    hasColours,
    hasUnicode: abilities.hasUnicode ?? true,
    colours: pc.createColors(hasColours),
    output: () => output,
    errors: () => errors,
  };
}
