// Lab 8: dense nets trained on digits, their weights as templates, and a pad to draw what they read.
import { useMemo, useState } from "preact/hooks";
import { usePreferences } from "../../app/preferences.tsx";
import { engineOf } from "../../engine/client.ts";
import { useComputed } from "../../engine/use-computed.ts";
import { useTraining } from "../../engine/use-training.ts";
import { LabPage } from "../../lab/lab-page.tsx";
import { clamp, useLabState, whileStill } from "../../lab/state.ts";
import { formatPercent } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { Choice } from "../../widgets/choice.tsx";
import { DigitPad } from "../../widgets/digit-pad.tsx";
import { Epochs } from "../../widgets/epochs.tsx";
import { HeatMap } from "../../widgets/heat-map.tsx";
import { NumberField } from "../../widgets/number-field.tsx";
import { ProbabilityBars } from "../../widgets/probability-bars.tsx";
import { parseStrokes, printStrokes, type Stroke } from "../../widgets/strokes.ts";
import { codeOf } from "./code.ts";
import type * as Compute from "./compute.ts";
import type { Neuron, Reading } from "./compute.ts";
import { isStraightLine, THREE } from "./drawing.ts";
import { IMAGES, MOST_EPOCHS, NET_NAMES, type NetName, SHOWN, SIDE, VALIDATION } from "./nets.ts";
import { Neurons, Sum } from "./neurons.tsx";
import { text } from "./text.ts";
import "./neuron.css";

const engine = engineOf<typeof Compute>("neuron");

const DIGITS = Array.from({ length: 10 }, (_, digit) => String(digit));
const USUAL = { net: "linear" as string, images: 2000, t: 5, k: 3, seed: 1, d: THREE };
type State = typeof USUAL;
/** How sure the net is to be of what a straight line is not; and by how much one digit stands out. */
const [SURE, FAR_ABOVE] = [0.8, 0.2];

const check = (given: State): State => ({
  net: NET_NAMES.includes(given.net as NetName) ? given.net : "linear",
  images: clamp(Math.round(given.images), IMAGES.least, IMAGES.most),
  t: clamp(Math.round(given.t), 0, MOST_EPOCHS),
  k: clamp(Math.round(given.k), 0, SHOWN - 1),
  seed: clamp(Math.round(given.seed), 1, 9999),
  d: parseStrokes(given.d) === undefined ? THREE : given.d,
});

const answerOf = (probabilities: readonly number[]): number =>
  probabilities.indexOf(Math.max(...probabilities));

export function Lab() {
  const t = useText(text);
  const { locale } = usePreferences();
  const [state, update] = useLabState("neuron", USUAL, check);
  const net = state.net as NetName;
  const { images, seed } = state;
  const settings = { net, images, seed };
  const training = useTraining({
    open: () => engine.open(settings),
    dependencies: [net, images, seed],
    epoch: state.t,
    most: MOST_EPOCHS,
    onEpoch: (t) => update(whileStill(state, { t })),
  });
  const { strokes, isDrawing, draw } = useDrawing(state.d, (d) => update({ d }));
  const seen = useReadings(training, strokes);
  const { reading, black } = seen;
  const place = Math.min(state.k, net === "linear" ? 9 : SHOWN - 1);
  const neuron = seen.neurons?.[place];
  const nameOf = ({ index }: Neuron): string => (net === "linear" ? String(index) : t.neuron(index));
  const answer = reading && answerOf(reading.probabilities);
  const blackMost = black && Math.max(...black.probabilities);
  const isFooled =
    training.scores.length > 1 &&
    !isDrawing &&
    isStraightLine(strokes) &&
    answer !== undefined &&
    answer !== 1 &&
    reading!.probabilities[answer]! >= SURE;
  return (
    <LabPage
      id="neuron"
      lead={t.lead}
      prediction={{
        question: t.question,
        options: t.options,
        answer: blackMost === undefined ? undefined : blackMost > FAR_ABOVE ? 1 : 0,
        because:
          black === undefined
            ? ""
            : t.because(formatPercent(blackMost!, locale), String(answerOf(black.probabilities))),
      }}
      actions={training.actions}
      seed={{
        value: seed,
        onChange: (value) => (value === seed ? training.restart() : update({ seed: value })),
      }}
      error={training.error ?? seen.error}
      explain={t.explain}
      task={{ text: t.task, isDone: isFooled }}
      table={{
        caption: t.caption,
        columns: t.columns,
        rows: DIGITS.map((digit, k) => [digit, reading?.logits[k] ?? "—", reading?.probabilities[k] ?? "—"]),
      }}
      code={codeOf(settings, state.t, reading?.seen)}
    >
      <Choices state={state} onChange={update} />
      <Epochs
        {...{ scores: training.scores, progress: training.progress }}
        wanted={training.actions.isRunning ? MOST_EPOCHS : state.t}
        counts={{ train: images, validation: VALIDATION }}
      />
      <Drawing {...{ strokes, reading }} onChange={draw} />
      {seen.neurons && (
        <div>
          <h2>{t.templates[net]}</h2>
          <p class="hint">{t.templatesAbout}</p>
          <Neurons
            {...{ neurons: seen.neurons, chosen: place, nameOf }}
            onChoose={(index) => update({ k: index })}
          />
        </div>
      )}
      {neuron && reading && <Sum neuron={neuron} name={t.neuron(neuron.index)} reading={reading} />}
    </LabPage>
  );
}

/** The drawing of the address, or the one under way, which is not in the address yet. */
function useDrawing(written: string, onWritten: (d: string) => void) {
  const [draft, setDraft] = useState<readonly Stroke[]>();
  const kept = useMemo(() => parseStrokes(written) ?? [], [written]);
  const draw = (next: readonly Stroke[], isWhole: boolean): void => {
    setDraft(isWhole ? undefined : next);
    if (isWhole) onWritten(printStrokes(next));
  };
  return { strokes: draft ?? kept, isDrawing: draft !== undefined, draw };
}

type Training = ReturnType<typeof useTraining<Awaited<ReturnType<typeof engine.open>>>>;

/** What the net, as it is after the last epoch, makes of the drawing and of no ink; and its neurons. */
function useReadings({ session, scores }: Training, strokes: readonly Stroke[]) {
  const epoch = scores.length - 1;
  const isReady = session !== undefined && epoch >= 0;
  const neurons = useComputed(
    async () => (isReady ? await session.neurons() : undefined),
    [session, epoch, isReady],
  );
  const black = useComputed(
    async () => (isReady && epoch > 0 ? await session.readBlack() : undefined),
    [session, epoch, isReady],
  );
  const reading = useComputed(
    async () => (isReady ? await session.read(strokes) : undefined),
    [session, epoch, isReady, strokes],
  );
  return {
    neurons: neurons.value,
    black: black.value,
    reading: strokes.length === 0 ? undefined : reading.value,
    error: neurons.error ?? black.error ?? reading.error,
  };
}

interface ChoicesProps {
  readonly state: State;
  readonly onChange: (change: Partial<State>) => void;
}

function Choices({ state, onChange }: ChoicesProps) {
  const t = useText(text);
  const images = { label: t.images, value: state.images, min: IMAGES.least, max: IMAGES.most, step: 100 };
  return (
    <div class="row end">
      <Choice
        {...{ label: t.net, value: state.net as NetName, options: NET_NAMES }}
        nameOf={(name) => t.nets[name]}
        onChange={(net) => onChange({ net })}
      />
      <NumberField {...images} isWhole isCostly onChange={(value) => onChange({ images: value })} />
    </div>
  );
}

interface DrawingProps {
  readonly strokes: readonly Stroke[];
  readonly reading: Reading | undefined;
  readonly onChange: (strokes: readonly Stroke[], isWhole: boolean) => void;
}

/** The pad, what the net sees of it, and what it answers. */
function Drawing({ strokes, reading, onChange }: DrawingProps) {
  const t = useText(text);
  return (
    <div class="side-by-side">
      <div>
        <h2>{t.draw}</h2>
        <DigitPad {...{ strokes, onChange }} />
      </div>
      <div>
        <h2>{t.seen}</h2>
        <Seen reading={reading} />
      </div>
      <div>
        <h2>{t.answer}</h2>
        <Answer reading={reading} isEmpty={strokes.length === 0} />
      </div>
    </div>
  );
}

const BLANK = new Uint8Array(SIDE * SIDE);

function Seen({ reading }: { readonly reading: Reading | undefined }) {
  const t = useText(text);
  return (
    <HeatMap
      {...{ values: reading?.seen ?? BLANK, width: SIDE, height: SIDE, scale: "light", min: 0, max: 255 }}
      {...{ size: 224, label: reading ? t.seen : t.noInput, caption: t.seenAbout }}
    />
  );
}

interface AnswerProps {
  readonly reading: Reading | undefined;
  readonly isEmpty: boolean;
}

function Answer({ reading, isEmpty }: AnswerProps) {
  const t = useText(text);
  return (
    <>
      {isEmpty && <p data-testid="no-input">{t.noInput}</p>}
      <ProbabilityBars {...{ classes: DIGITS, answer: reading, label: t.answer }} />
    </>
  );
}
