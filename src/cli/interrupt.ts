// Ctrl-C, termination and a reader that went away: the first signal asks for a stop that saves, the second ends the
// process at once.
// Knows nothing of what is being stopped.

/**
 * The event of a reader of the output that went away. It is not SIGPIPE: a process that listens to that signal gets it for
 * every connection that a browser closes.
 */
export const OUTPUT_CLOSED = "outputClosed";

/** Events that ask for a stop. */
export type StopSignal = "SIGINT" | "SIGTERM" | typeof OUTPUT_CLOSED;

/** The part of `process` this needs, so that a test can send signals to itself. */
export interface SignalSource {
  on(signal: StopSignal, listener: () => void): unknown;
  off(signal: StopSignal, listener: () => void): unknown;
  exit(code: number): void;
}

/** A stop that can be asked for from outside; `exitCode` is set once it has been. */
export interface Interrupt {
  readonly signal: AbortSignal;
  readonly exitCode: () => number | undefined;
  /** Asks for the same stop without a signal, and so without an exit code. */
  readonly stop: () => void;
  /** Has `action` done right before a second signal ends the process; nothing it starts would be waited for. */
  readonly beforeExit: (action: () => void) => void;
  /** Gives the signals back to whoever had them before. */
  readonly release: () => void;
}

/** A shell reports a process that signal n ended as 128 + n. */
export const SIGNALLED = 128;
const CODES = { SIGINT: 130, SIGTERM: 143, [OUTPUT_CLOSED]: 141 } as const;

/** What a process ends with whose run was asked to stop by other means than a signal. */
export const STOPPED_CODE = 1;

/** All signals that ask for a stop. */
export const STOP_SIGNALS = Object.keys(CODES) as readonly StopSignal[];

/** Listens for the signals; `onFirst` is told of the first one, before the abort signal fires. */
export function listenForInterrupt(source: SignalSource, onFirst: () => void): Interrupt {
  const controller = new AbortController();
  const lastActs: (() => void)[] = [];
  let exitCode: number | undefined;
  const receive = (code: number): void => {
    if (exitCode !== undefined) {
      // Every write to a reader that went away is such a signal; only the first one asks for something.
      if (code === CODES[OUTPUT_CLOSED]) return;
      for (const act of lastActs) act();
      source.exit(code);
      return;
    }
    exitCode = code;
    onFirst();
    controller.abort();
  };
  const listeners = STOP_SIGNALS.map((signal) => [signal, () => receive(CODES[signal])] as const);
  for (const [signal, listener] of listeners) source.on(signal, listener);
  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    stop: () => controller.abort(),
    beforeExit: (action) => void lastActs.push(action),
    release: () => {
      for (const [signal, listener] of listeners) source.off(signal, listener);
    },
  };
}
