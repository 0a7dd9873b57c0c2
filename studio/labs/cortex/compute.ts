// What the lab of the cortex computes, on the engine: a small convolutional net trained on the digits, and how strongly
// each of its first filters answers to a bar of any direction. Runs in a worker and in Node alike.
import { conv2d, type FitEvent, fit, nn, optim, type Tensor, tensor } from "nabla";
import { generateDigits } from "nabla/data";
import { type Model, normalizeImages } from "nabla/train";
import { ANGLES, BATCH, FILTER_SIDE, FILTERS, IMAGE_SIDE, IMAGES, MOST_EPOCHS } from "./geometry.ts";

/** How one filter answers to bars. */
export interface Tuning {
  /** Its weights, FILTER_SIDE² numbers. */
  readonly weights: readonly number[];
  /** Its answer to a bar at each of ANGLES. */
  readonly answers: readonly number[];
  /** The angle with the greatest answer, in degrees. */
  readonly preferred: number;
  /** |Σ R·e^{2iθ}| / Σ R: 0 where all directions are alike, 1 where one alone is answered; 0 for a silent filter. */
  readonly selectivity: number;
}

/** The net after some passes over the images. */
export interface Snapshot {
  readonly epochs: number;
  /** Share of the images read right during the last pass; undefined before the first. */
  readonly accuracy: number | undefined;
  readonly tunings: readonly Tuning[];
}

/** A bar, and what the filters make of it. */
export interface Shown {
  readonly angle: number;
  /** Brightness 0 … 255, row by row. */
  readonly bar: readonly number[];
  readonly answers: readonly number[];
  /** The two greatest responses that each answer is the difference of: to the bar and to a black image. */
  readonly peaks: readonly number[];
  readonly rests: readonly number[];
}

const FIRST_DEVIATION = 0.01;
const LEARNING_RATE = 0.01;

/** Size of a bar in pixels. */
const BAR = { length: 20, width: 3 };

/** A light bar on black through the middle: 0° lies flat, 90° stands, counted as on a protractor. */
export function drawBar(angle: number): number[] {
  const [dx, dy] = [Math.cos((angle * Math.PI) / 180), -Math.sin((angle * Math.PI) / 180)];
  const middle = (IMAGE_SIDE - 1) / 2;
  // Full inside, nothing outside, and a soft edge one pixel wide.
  const cover = (distance: number): number => Math.min(1, Math.max(0, 0.5 - distance));
  return Array.from({ length: IMAGE_SIDE ** 2 }, (_, i) => {
    const [x, y] = [(i % IMAGE_SIDE) - middle, Math.floor(i / IMAGE_SIDE) - middle];
    const along = Math.abs(x * dx + y * dy) - BAR.length / 2;
    const across = Math.abs(x * dy - y * dx) - BAR.width / 2;
    return Math.round(255 * cover(along) * cover(across));
  });
}

/** relu(w ⋆ x + b), the greatest over all places, for bars [N, FILTERS] and for a black image [1, FILTERS]. */
function peaksOf(model: Model, first: nn.LayerObject, angles: readonly number[]) {
  const pixels = IMAGE_SIDE ** 2;
  const count = angles.length;
  const bytes = [...angles.flatMap(drawBar), ...new Array<number>(pixels).fill(0)];
  const { weight, bias } = first.parameters!;
  const bars = tensor(bytes, { shape: [count + 1, pixels] });
  const all = conv2d(normalizeImages(bars, model), weight!)
    .add(bias!.reshape(1, FILTERS, 1, 1))
    .relu()
    .max([2, 3]);
  return { peaks: all.slice([0, count]), rests: all.slice([count, count + 1]) };
}

/** The answers [N, FILTERS] to bars, less those at rest, as physiologists subtract what a cell fires in the dark. */
function answersOf(model: Model, first: nn.LayerObject, angles: readonly number[]): Tensor {
  const { peaks, rests } = peaksOf(model, first, angles);
  return peaks.sub(rests);
}

/** |Σ R·e^{2iθ}| / Σ R for answers [ANGLES, FILTERS], and the place of the greatest answer. */
async function describeTunings(answers: Tensor): Promise<{ selectivity: number[]; place: number[] }> {
  const turned = tensor(
    ANGLES.map((angle) => (2 * Math.PI * angle) / 180),
    { shape: [ANGLES.length, 1] },
  );
  const [x, y] = [answers.mul(turned.cos()).sum(0), answers.mul(turned.sin()).sum(0)];
  const total = answers.sum(0).maximum(1e-12);
  const selectivity = x.square().add(y.square()).sqrt().div(total);
  return { selectivity: [...(await selectivity.data())], place: [...(await answers.argmax(0).data())] };
}

async function tuningsOf(model: Model, first: nn.LayerObject): Promise<Tuning[]> {
  const answers = answersOf(model, first, ANGLES);
  const { selectivity, place } = await describeTunings(answers);
  const byFilter = await answers.transpose().data();
  const weights = await first.parameters!["weight"]!.data();
  const part = (values: ArrayLike<number>, size: number, i: number): number[] =>
    Array.from({ length: size }, (_, j) => values[i * size + j]!);
  return Array.from({ length: FILTERS }, (_, i) => ({
    weights: part(weights, FILTER_SIDE ** 2, i),
    answers: part(byFilter, ANGLES.length, i),
    preferred: ANGLES[place[i]!]!,
    selectivity: selectivity[i]!,
  }));
}

/** Training from a seed, pass by pass up to MOST_EPOCHS; what is asked of it is done in turn. */
export function start(seed: number) {
  // Small first weights: what is seen later has been learned.
  const first = nn.conv2d(FILTERS, FILTER_SIDE, { weightInit: nn.init.normal(0, FIRST_DEVIATION) });
  const net = nn.sequential(first, nn.relu(), nn.maxPool2d(2), nn.flatten(), nn.linear(10));
  const { train } = generateDigits({ train: IMAGES, test: 10, seed: 1 });
  const run = fit(
    net,
    { train },
    {
      ...{ epochs: MOST_EPOCHS, batchSize: BATCH, seed, validation: 0 },
      optimizer: optim.adamW({ lr: LEARNING_RATE }),
    },
  );
  let epochs = 0;
  let accuracy: number | undefined;
  const pass = async (): Promise<void> => {
    for (let next = await run.next(); !next.done; next = await run.next()) {
      const event: FitEvent = next.value;
      if (event.type !== "epoch") continue;
      epochs = event.epoch;
      accuracy = event.train.accuracy;
      return;
    }
  };
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };
  return {
    /** The net after one more pass, unless it has had `limit` passes already. */
    advance: (limit: number): Promise<Snapshot> =>
      inTurn(async () => {
        if (epochs < Math.min(limit, MOST_EPOCHS)) await pass();
        return { epochs, accuracy, tunings: await tuningsOf(run.model, first) };
      }),
    /** The bar at this angle, and what the filters make of it. */
    show: (angle: number): Promise<Shown> =>
      inTurn(async () => {
        const { peaks, rests } = peaksOf(run.model, first, [angle]);
        const numbers = async (values: Tensor): Promise<number[]> => [...(await values.data())];
        return {
          ...{ angle, bar: drawBar(angle), answers: await numbers(peaks.sub(rests)) },
          ...{ peaks: await numbers(peaks), rests: await numbers(rests) },
        };
      }),
    /** Lets the training go. */
    stop: (): Promise<void> =>
      inTurn(async () => {
        await run.return(undefined as never);
      }),
  };
}
