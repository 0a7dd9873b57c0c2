// Shows a training run as it goes: one line drawn over again on a terminal, sparse plain lines elsewhere.
// Takes the events of train/events.ts; knows nothing of the engine or of how the run was started.
import type {
  EndEvent,
  EpochEvent,
  FitEvent,
  StartEvent,
  StepEvent,
  StopReason,
} from "../../train/events.ts";
import type { Terminal } from "../terminal.ts";
import { padLeft, padRight, widthOf } from "./lines.ts";
import { formatAmount, formatDuration, formatLoss, formatPercent, formatRate } from "./numbers.ts";

/** Draws the events of one run, in order; `clear` takes the moving line away so that other text can be written. */
export interface Progress {
  readonly show: (event: FitEvent) => void;
  readonly clear: () => void;
}

const REDRAW_MS = 80;
const PLAIN_LINE_MS = 30_000;
const BAR_WIDTH = 20;

/** A progress display on `terminal`; `now` is a clock in milliseconds. */
export function createProgress(terminal: Terminal, now: () => number = () => performance.now()): Progress {
  let start: StartEvent | undefined;
  let rate: number | undefined;
  let reports = 0;
  let drawnAt = terminal.isInteractive ? Number.NEGATIVE_INFINITY : now();
  let isDrawn = false;
  const clear = (): void => {
    if (isDrawn) terminal.write("\r\u001b[2K");
    isDrawn = false;
  };
  const showStep = (event: StepEvent): void => {
    if (start === undefined) return;
    // Rates jump from one report to the next, so the time left is told from a running mean. The first report has the
    // compilation in it and tells nothing of the others.
    if (reports++ > 0)
      rate = rate === undefined ? event.imagesPerSecond : 0.8 * rate + 0.2 * event.imagesPerSecond;
    if (now() - drawnAt < (terminal.isInteractive ? REDRAW_MS : PLAIN_LINE_MS)) return;
    drawnAt = now();
    const line = stepLine(event, start, rate, terminal);
    if (terminal.isInteractive) clear();
    terminal.write(terminal.isInteractive ? line : `${line}\n`);
    isDrawn = terminal.isInteractive;
  };
  const show = (event: FitEvent): void => {
    if (event.type === "start") start = event;
    if (event.type === "step") showStep(event);
    if (event.type === "epoch" && start !== undefined) {
      clear();
      drawnAt = terminal.isInteractive ? Number.NEGATIVE_INFINITY : now();
      terminal.write(`${epochLine(event, start.epochs, terminal)}\n`);
    }
    if (event.type === "end") clear();
  };
  return { show, clear };
}

const epochLabel = (epoch: number, epochs: number): string =>
  `epoch ${padLeft(String(epoch), String(epochs).length)}/${epochs}`;

function bar(share: number, { hasUnicode, colours }: Terminal): string {
  const done = Math.round(Math.min(1, Math.max(0, share)) * BAR_WIDTH);
  const [full, empty] = hasUnicode ? ["━", "─"] : ["#", "-"];
  return colours.green(full.repeat(done)) + colours.dim(empty.repeat(BAR_WIDTH - done));
}

/** One line on where the run is, its parts left out from the least important on until it fits the terminal. */
function stepLine(event: StepEvent, start: StartEvent, rate: number | undefined, terminal: Terminal): string {
  const { stepsPerEpoch, epochs, batchSize } = start;
  const epoch = Math.max(1, Math.min(epochs, Math.ceil(event.step / stepsPerEpoch)));
  const stepOfEpoch = event.step - (epoch - 1) * stepsPerEpoch;
  const imagesLeft = (epochs * stepsPerEpoch - event.step) * batchSize;
  const parts: [text: string, rank: number][] = [
    [terminal.colours.bold(epochLabel(epoch, epochs)), 0],
    [terminal.isInteractive ? bar(stepOfEpoch / stepsPerEpoch, terminal) : "", 5],
    [`step ${padLeft(String(stepOfEpoch), String(stepsPerEpoch).length)}/${stepsPerEpoch}`, 3],
    [`loss ${formatLoss(event.loss)}`, 1],
    [`accuracy ${padLeft(formatPercent(event.accuracy), 7)}`, 2],
    [`${formatRate(event.imagesPerSecond)} images/s`, 4],
    [rate === undefined ? "" : `${formatDuration(imagesLeft / rate)} left`, 3.5],
  ];
  for (let rank = 6; ; rank -= 0.5) {
    const line = parts
      .filter(([text, own]) => text !== "" && own <= rank)
      .map(([text]) => text)
      .join("  ");
    // The last column stays free: a full line makes some terminals wrap.
    if (!terminal.isInteractive || rank <= 0 || widthOf(line) < terminal.columns) return line;
  }
}

function epochLine(event: EpochEvent, epochs: number, { colours }: Terminal): string {
  const score = (loss: number, accuracy: number): string =>
    `loss ${padRight(formatLoss(loss), 6)}  accuracy ${padLeft(formatPercent(accuracy, 2), 8)}`;
  const parts = [
    colours.bold(epochLabel(event.epoch, epochs)),
    score(event.train.loss, event.train.accuracy),
    ...(event.validation
      ? [`${colours.cyan("validation")} ${score(event.validation.loss, event.validation.accuracy)}`]
      : []),
    colours.dim(formatDuration(event.seconds)),
  ];
  return parts.join("  ");
}

const REASONS: Record<StopReason, string> = {
  epochs: "all epochs done",
  interrupted: "interrupted",
  paused: "paused",
  callback: "stopped by a callback",
  validation: "validation no longer improves",
  "step-norm": "the steps have become small",
  "gradient-norm": "the gradient has become small",
  time: "the time is up",
  target: "the target is reached",
};

/** One line on how a run ended: why, after how many steps, how long it took. */
export function endLine(event: EndEvent): string {
  const told = `${REASONS[event.reason]}: ${formatAmount(event.step, "step")}`;
  // Of a run that was at its end already when it was resumed, time and speed say nothing.
  if (event.imagesPerSecond === 0) return event.step === 0 ? told : `${told}, all of them before`;
  const waited = event.waited / event.seconds;
  const waiting = waited >= 0.01 ? `, ${formatPercent(waited, 0)} of the time spent waiting for images` : "";
  return `${told} in ${formatDuration(event.seconds)}, ${formatRate(event.imagesPerSecond)} images/s${waiting}`;
}
