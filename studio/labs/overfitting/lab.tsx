// Lab 10: few examples are learned by heart; more examples, fewer parameters and deformed copies against it.
import { useState } from "preact/hooks";
import { usePreferences } from "../../app/preferences.tsx";
import { engineOf } from "../../engine/client.ts";
import type { EpochScore } from "../../engine/training.ts";
import { useComputed } from "../../engine/use-computed.ts";
import { useTraining } from "../../engine/use-training.ts";
import { LabPage } from "../../lab/lab-page.tsx";
import { clamp, useLabState, whileStill } from "../../lab/state.ts";
import { formatNumber, formatPercent } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { Epochs } from "../../widgets/epochs.tsx";
import { texNumber } from "../../widgets/tex.tsx";
import { Value } from "../../widgets/value.tsx";
import { codeOf } from "./code.ts";
import type * as Compute from "./compute.ts";
import { Curves } from "./curves.tsx";
import {
  AUGMENTS,
  type Augment,
  HIDDEN,
  IMAGES,
  MOST_EPOCHS,
  PRESETS,
  type RunSettings,
  VALIDATION,
} from "./nets.ts";
import { type Run, Runs } from "./runs.tsx";
import { Preview, Settings } from "./settings.tsx";
import { text } from "./text.ts";

const engine = engineOf<typeof Compute>("overfitting");

const USUAL = { images: 200, hidden: 500, augment: "none" as string, t: 20, seed: 1 };
/** Earlier runs that are kept. */
const MOST_RUNS = 4;
/** What the task asks for. */
const TASK = { images: 200, accuracy: 0.77 };

export function Lab() {
  const t = useText(text);
  const { locale } = usePreferences();
  const [state, update] = useLabState("overfitting", USUAL, (given) => ({
    images: clamp(Math.round(given.images), IMAGES.least, IMAGES.most),
    hidden: clamp(Math.round(given.hidden), HIDDEN.least, HIDDEN.most),
    augment: AUGMENTS.includes(given.augment as Augment) ? given.augment : "none",
    t: clamp(Math.round(given.t), 0, MOST_EPOCHS),
    seed: clamp(Math.round(given.seed), 1, 9999),
  }));
  const { images, hidden, seed } = state;
  const augment = state.augment as Augment;
  const settings: RunSettings = { images, hidden, augment, seed };
  const [earlier, setEarlier] = useState<readonly Run[]>([]);
  const training = useTraining({
    open: () => engine.open(settings),
    dependencies: [images, hidden, augment, seed],
    epoch: state.t,
    most: MOST_EPOCHS,
    onEpoch: (t) => update(whileStill(state, { t })),
  });
  const { scores } = training;
  /** Another run; what this one has come to stays, to be compared with. */
  const choose = (change: Partial<RunSettings>): void => {
    const number = (earlier.at(-1)?.number ?? 0) + 1;
    if (scores.length > 1) setEarlier([...earlier, { number, settings, scores }].slice(-MOST_RUNS));
    update(change);
  };
  const first = [...earlier, { settings, scores }].find(isFirstRun)?.scores.at(-1);
  const percent = (share: number): string => formatPercent(share, locale);
  return (
    <LabPage
      id="overfitting"
      lead={t.lead}
      prediction={{
        question: t.question,
        options: t.options,
        answer: first && rankOf(first.validation.accuracy),
        because: first ? t.because(percent(first.train.accuracy), percent(first.validation.accuracy)) : "",
      }}
      actions={training.actions}
      seed={{
        value: seed,
        onChange: (value) => (value === seed ? training.restart() : choose({ seed: value })),
      }}
      error={training.error}
      explain={t.explain}
      task={{
        text: t.task,
        isDone:
          images <= TASK.images && scores.some(({ validation }) => validation.accuracy >= TASK.accuracy),
      }}
      table={{ caption: t.caption, columns: t.columns, rows: scores.map(rowOf) }}
      code={codeOf(settings, state.t)}
    >
      <Settings settings={settings} onChange={choose} />
      <Epochs
        {...{ scores, progress: training.progress }}
        wanted={training.actions.isRunning ? MOST_EPOCHS : state.t}
        counts={{ train: images, validation: VALIDATION }}
      />
      <Figures hidden={hidden} scores={scores} />
      <Curves scores={scores} earlier={earlier} />
      {earlier.length > 0 && (
        <div>
          <h2>{t.runs}</h2>
          <Runs earlier={earlier} current={{ settings, scores }} />
        </div>
      )}
      <Preview augment={augment} seed={seed} />
    </LabPage>
  );
}

const rowOf = ({ epoch, train, validation }: EpochScore): number[] => [
  epoch,
  train.loss,
  train.accuracy,
  validation.loss,
  validation.accuracy,
];

/** Whether it is the run that the prediction asks about, and long enough. */
function isFirstRun({ settings, scores }: Omit<Run, "number">): boolean {
  const { images, hidden, augment } = PRESETS.few;
  const isSame = settings.images === images && settings.hidden === hidden && settings.augment === augment;
  return isSame && scores.at(-1)?.train.accuracy === 1;
}

/** Which option of the prediction is right. */
const rankOf = (accuracy: number): number => (accuracy > 0.95 ? 0 : accuracy > 0.15 ? 1 : 2);

/** The size of the net, and where the validation loss was lowest. */
function Figures({ hidden, scores }: { readonly hidden: number; readonly scores: readonly EpochScore[] }) {
  const t = useText(text);
  const { locale } = usePreferences();
  const parameters = useComputed(() => engine.countParameters(hidden), [hidden]);
  const format = (value: number): string => formatNumber(value, locale);
  const tex = (value: number): string => texNumber(format(value));
  const layers =
    hidden === 0 ? "(784 + 1)\\cdot 10" : `(784 + 1)\\cdot ${tex(hidden)} + (${tex(hidden)} + 1)\\cdot 10`;
  const lowest = Math.min(...scores.map(({ validation }) => validation.loss));
  const best = scores.find(({ validation }) => validation.loss === lowest);
  return (
    <ul class="figures">
      {parameters.value !== undefined && (
        <li>
          {`${t.parameters}: `}
          <Value
            {...{ name: "parameters", value: parameters.value, label: t.parameters }}
            tex={`${layers} = ${tex(parameters.value)}`}
          />
        </li>
      )}
      {best && (
        <li>
          {`${t.lowest} `}
          <Value
            {...{ name: "lowest", value: lowest, label: t.lowest }}
            tex={`\\min_t \\tfrac{1}{${VALIDATION}}\\sum_i -\\log p_i^{\\,t} = ${tex(lowest)},\\quad t = ${best.epoch}`}
          />
          {` ${t.lowestAt(format(best.epoch))}`}
        </li>
      )}
    </ul>
  );
}
