// Ctrl-C and termination: the first signal asks for a stop that saves, the second ends the process at once.
// Knows nothing of what is being stopped.

/** The part of `process` this needs, so that a test can send signals to itself. */
export interface SignalSource {
  on(signal: "SIGINT" | "SIGTERM", listener: () => void): unknown;
  off(signal: "SIGINT" | "SIGTERM", listener: () => void): unknown;
  exit(code: number): void;
}

/** A stop that can be asked for from outside; `exitCode` is set once it has been. */
export interface Interrupt {
  readonly signal: AbortSignal;
  readonly exitCode: () => number | undefined;
  /** Gives the signals back to whoever had them before. */
  readonly release: () => void;
}

// A shell reports a process that signal n ended as 128 + n.
const CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** Listens for SIGINT and SIGTERM; `onFirst` is told of the first one, before the abort signal fires. */
export function listenForInterrupt(source: SignalSource, onFirst: () => void): Interrupt {
  const controller = new AbortController();
  let exitCode: number | undefined;
  const receive = (code: number): void => {
    if (exitCode !== undefined) {
      source.exit(code);
      return;
    }
    exitCode = code;
    onFirst();
    controller.abort();
  };
  const onInterrupt = (): void => receive(CODES.SIGINT);
  const onTerminate = (): void => receive(CODES.SIGTERM);
  source.on("SIGINT", onInterrupt);
  source.on("SIGTERM", onTerminate);
  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    release: () => {
      source.off("SIGINT", onInterrupt);
      source.off("SIGTERM", onTerminate);
    },
  };
}
