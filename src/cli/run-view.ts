// Tells a training run to people (text, a moving line) or to machines (JSON lines): one interface, so that the train
// command has no branches on it. Knows nothing of how the run is done.
import { countOf, type Labelled } from "../data/image-set.ts";
import type { LayerRow } from "../nn/describe.ts";
import type { Evaluation, FitEvent } from "../train/events.ts";
import type { TrainConfig } from "./config.ts";
import { writeJson } from "./context.ts";
import { evaluationText, type Shown, scoreLine } from "./render/evaluation.ts";
import { layerTable } from "./render/layer-table.ts";
import { formatAmount, formatCount } from "./render/numbers.ts";
import { createProgress, endLine } from "./render/progress.ts";
import type { Terminal } from "./terminal.ts";

/** What is said once before the first step. */
export interface RunHead {
  readonly config: TrainConfig;
  readonly folder: string;
  readonly layers: readonly LayerRow[];
  readonly train: Labelled;
  readonly validation?: Labelled | undefined;
  readonly test: Labelled;
}

/** Listens to a run from its start to its score. */
export interface RunView {
  readonly begin: (head: RunHead) => void;
  readonly show: (event: FitEvent) => void;
  /** The address at which the run can be watched. */
  readonly serve: (url: string) => void;
  /** Something in passing that is no result: a warning, a signal received. */
  readonly remark: (text: string) => void;
  readonly score: (name: string, evaluation: Evaluation, shown: Shown) => void;
  /** The run is saved and can be used (`done`) or gone on with (`interrupted`, `paused`). */
  readonly close: (folder: string, state: "done" | "interrupted" | "paused") => void;
}

/** A view for machines: every event as it is, and what surrounds it, a JSON object a line. */
export const jsonView = (terminal: Terminal): RunView => ({
  begin: ({ config, folder, layers }) => writeJson(terminal, { type: "run", folder, config, layers }),
  show: (event) => writeJson(terminal, event),
  serve: (url) => writeJson(terminal, { type: "studio", url }),
  remark: (text) => terminal.writeError(`${text}\n`),
  score: (name, evaluation) => writeJson(terminal, { type: "evaluation", set: name, ...evaluation }),
  close: (folder, state) => writeJson(terminal, { type: state, folder }),
});

/** A view that tells the score and where the run is saved, and nothing before. */
export const quietView = (terminal: Terminal): RunView => ({
  ...textView(terminal),
  begin: () => {},
  show: () => {},
  score: (name, evaluation) => terminal.write(`${scoreLine(name, evaluation, terminal)}\n`),
  close: (folder, state) => terminal.write(state === "done" ? `${folder}\n` : resumeText(folder)),
});

/** A view for people. */
export function textView(terminal: Terminal): RunView {
  const { colours } = terminal;
  const progress = createProgress(terminal);
  return {
    begin: (head) => terminal.write(headText(head, terminal)),
    show: (event) => {
      if (event.type === "start") terminal.write(`${colours.dim(`device ${event.device}`)}\n\n`);
      progress.show(event);
      if (event.type === "end") terminal.write(`${endLine(event)}\n\n`);
    },
    serve: (url) => terminal.write(`studio ${colours.cyan(url)}\n`),
    remark: (text) => {
      progress.clear();
      terminal.writeError(`${text}\n`);
    },
    score: (name, evaluation, shown) =>
      terminal.write(`${evaluationText(name, evaluation, shown, terminal)}\n`),
    close: (folder, state) => {
      const next = `nabla predict ${folder} <picture>`;
      terminal.write(
        state === "done" ? `saved in ${folder}; to use it: ${colours.cyan(next)}\n` : resumeText(folder),
      );
    },
  };
}

const resumeText = (folder: string): string => `saved; to go on: nabla train --resume ${folder}\n`;

function headText({ config, folder, layers, train, validation, test }: RunHead, terminal: Terminal): string {
  const { colours } = terminal;
  const counts = [
    `${formatAmount(countOf(train), "image")} to learn from`,
    ...(validation ? [`${formatCount(countOf(validation))} for validation`] : []),
    `${formatCount(countOf(test))} for the test`,
  ];
  const batch = Math.min(config.batchSize, countOf(train));
  const method = `${config.optimizer}, learning rate ${config.lr}, batches of ${batch}, seed ${config.seed}`;
  return (
    `${colours.bold(config.data)}: ${counts.join(", ")}\n${colours.bold(config.model)}: ${method}\n` +
    `${colours.dim(`run folder ${folder}`)}\n\n${layerTable(layers, terminal)}\n`
  );
}
