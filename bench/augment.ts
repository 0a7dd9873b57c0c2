// Augmentation on the device: images a second of each kind alone, and what it takes from a training step.
import { arange, compile, data, Generator, openDevice, setDevice, type Tensor, tensor } from "nabla";
import { fit } from "nabla/train";
import type { Options, Row, Section } from "./context.ts";
import { alternate, median } from "./statistics.ts";
import { formatTable } from "./table.ts";
import { timeCalls } from "./training.ts";

const BATCH = 128;
/** Batches that take turns, as in an epoch. */
const BATCHES = 100;
const STEPS_A_CALL = 8;
/** Images of MNIST's training set, for the time of a pass over it. */
const PASS = 60_000;

type Shape = readonly [number, number, number];
const SHAPES: readonly Shape[] = [
  [1, 28, 28],
  [3, 32, 32],
];
/** Asked for by name, so that each has its usual strength; none is gathering and scaling alone. */
const LISTS: readonly (readonly string[])[] = [
  [],
  ...data.AUGMENTATION_NAMES.map((name) => [name]),
  ["affine", "elastic"],
];

/** Images of noise on the device, and their labels. */
function makeData(shape: Shape): { images: Tensor; labels: Tensor } {
  const size = shape.reduce((product, n) => product * n);
  const bytes = new Uint8Array(BATCHES * BATCH * size);
  for (let i = 0; i < bytes.length; i++) bytes[i] = (i * 7919) % 251;
  const labels = Int32Array.from({ length: BATCHES * BATCH }, (_, i) => i % 10);
  return { images: tensor(bytes, { shape: [BATCHES * BATCH, size] }), labels: tensor(labels) };
}

/** A compiled step that gathers a batch of bytes, augments it and keeps the result. */
function prepare(
  { images, labels }: { images: Tensor; labels: Tensor },
  shape: Shape,
  names: readonly string[],
): (i: number) => Promise<unknown> {
  const size = images.shape[1]!;
  const [position, result] = [tensor(new Int32Array(1)), tensor(new Float32Array(BATCH * size))];
  const generator = new Generator(1);
  const list = data.makeAugmentations(names);
  const step = compile(() => {
    const indices = position.mul(BATCH).add(arange(BATCH));
    const pixels = data.pixelsOf(images.take(indices), shape);
    const batch = { images: pixels, labels: labels.take(indices), classes: 10 };
    result.assign(data.augment(batch, list, generator).images.flatten());
    position.assign(position.add(1).mod(BATCHES));
  });
  return () => step.repeat(STEPS_A_CALL);
}

async function measureAlone({ rounds, seconds }: Options, threads: number): Promise<Row[]> {
  const device = await openDevice("native", { threads });
  setDevice(device);
  const rows: Row[] = [];
  for (const shape of SHAPES) {
    const noise = makeData(shape);
    const calls = LISTS.map((names) => prepare(noise, shape, names));
    const bursts = await alternate(rounds, ...calls.map((call) => () => timeCalls(call, seconds / 4)));
    LISTS.forEach((names, i) => {
      const ms = median(bursts[i]!.map(median)) / STEPS_A_CALL;
      const what = { augmentation: names.join(",") || "none", shape: shape.join("×"), threads };
      rows.push({ ...what, ms, images: (BATCH / ms) * 1e3, pass: (PASS * ms) / BATCH / 1e3 });
    });
  }
  await device.close();
  return rows;
}

/** Images a second that the default net is trained on, by fit() itself. */
async function measureTraining({ isQuick, rounds }: Options): Promise<Row[]> {
  const device = await openDevice("native");
  setDevice(device);
  const { train } = data.generateDigits({ train: (isQuick ? 20 : 100) * BATCH, test: 10 });
  const lists = [[], ["crop"], ["affine", "elastic"], ["affine", "elastic", "mixup"]];
  const once = async (names: readonly string[]): Promise<number> => {
    const run = fit("cnn", { train }, { epochs: 1, validation: 0, augment: data.makeAugmentations(names) });
    for (;;) {
      const { value, done } = await run.next();
      if (done) return Number.NaN;
      if (value.type === "end") return value.imagesPerSecond;
    }
  };
  const speeds = lists.map((): number[] => []);
  for (let round = 0; round < Math.min(rounds, 3); round++) {
    for (const [i, names] of lists.entries()) speeds[i]!.push(await once(names));
  }
  await device.close();
  const plain = median(speeds[0]!);
  return lists.map((names, i) => {
    const images = median(speeds[i]!);
    const lost = (1e3 / images - 1e3 / plain) * BATCH;
    return {
      training: "cnn",
      augmentation: names.join(",") || "none",
      images,
      lostMs: lost,
      share: images / plain,
    };
  });
}

/** Each augmentation alone, on one thread and on all, then within training. */
export const benchAugment: Section = async ({ options, ceiling }) => {
  const alone = await measureAlone(options, 1);
  const all = ceiling.threads > 1 ? await measureAlone(options, ceiling.threads) : [];
  const rows = [...alone, ...all];
  const names = ["shape", "threads", "ms", "images", "pass"];
  console.log(
    `${formatTable(
      ["augmentation", "images", "threads", `ms / ${BATCH}`, "images/s", `s / ${PASS}`],
      rows.map((row) => [row["augmentation"], ...names.map((name) => row[name])]),
    )}\n`,
  );
  const training = await measureTraining(options);
  console.log(
    `${formatTable(
      ["training the cnn on digits with", "images/s", "ms more a step", "of the speed without"],
      training.map((row) => ["augmentation", "images", "lostMs", "share"].map((name) => row[name])),
    )}\n`,
  );
  return [...rows, ...training];
};
