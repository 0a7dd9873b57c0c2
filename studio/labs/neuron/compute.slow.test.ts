// The lab's numbers: what the net sees, what a neuron adds up and what the net answers, worked out again by hand.
import { expect, test } from "vitest";
import { parseStrokes, penPoint } from "../../widgets/strokes.ts";
import { open, see, weigh } from "./compute.ts";
import { isStraightLine, THREE } from "./drawing.ts";

const FEW = { net: "linear", images: 200, seed: 1 } as const;
const three = parseStrokes(THREE)!;

test("a line across is seen 20 pixels wide and in the middle, wherever it was drawn", () => {
  const line = (y: number) => see([[penPoint(10, y), penPoint(60, y)]]);
  const seen = line(20);
  expect(line(85)).toEqual(seen);
  const column = (x: number): number =>
    Array.from({ length: 28 }, (_, y) => seen[28 * y + x]!).reduce((sum, byte) => sum + byte, 0);
  const inked = Array.from({ length: 28 }, (_, x) => x).filter((x) => column(x) > 0);
  expect([inked[0], inked.at(-1)]).toEqual([5, 24]);
});

test("z is Σ wx + b of each neuron, p is e^z over the sum of all", async () => {
  const session = open(FEW);
  const { scores } = await session.advance(2);
  expect(scores.map(({ epoch }) => epoch)).toEqual([0, 1, 2]);
  expect(scores[2]!.train.accuracy).toBeGreaterThan(scores[0]!.train.accuracy + 0.2);
  const reading = (await session.read(three))!;
  const neurons = await session.neurons();
  expect(neurons.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  for (const neuron of neurons) {
    const products = neuron.weights.map((w, i) => w * reading.x[i]!);
    const z = products.reduce((sum, product) => sum + product, 0) + neuron.bias;
    expect(reading.logits[neuron.index]).toBeCloseTo(z, 3);
    const weighed = await weigh(neuron, reading.x);
    expect(weighed.products).toEqual(products);
    expect(weighed.z).toBeCloseTo(z, 3);
  }
  const powers = reading.logits.map(Math.exp);
  const all = powers.reduce((sum, power) => sum + power, 0);
  reading.probabilities.forEach((p, k) => {
    expect(p).toBeCloseTo(powers[k]! / all, 5);
  });
  await session.close();
});

test("an empty pad is no input; an image without ink has one answer far above 10 %", async () => {
  const session = open(FEW);
  await session.advance(3);
  expect(await session.read([])).toBeUndefined();
  const black = await session.readBlack();
  expect(new Set(black.x).size).toBe(1);
  expect(Math.max(...black.probabilities)).toBeGreaterThan(0.2);
  await session.close();
});

test("of the hidden neurons the strongest are shown, strongest first", async () => {
  const session = open({ net: "hidden", images: 100, seed: 1 });
  await session.advance(1);
  const neurons = await session.neurons();
  const norms = neurons.map(({ weights }) => weights.reduce((sum, w) => sum + w * w, 0));
  expect(neurons).toHaveLength(20);
  expect(norms).toEqual([...norms].sort((a, b) => b - a));
  await session.close();
});

test("the same seed gives the same net, another seed another, in whatever turns it is trained", async () => {
  const train = async (seed: number, turns: readonly number[]) => {
    const session = open({ ...FEW, seed });
    for (const epoch of turns) await session.advance(epoch, epoch === 2 ? 1 : undefined);
    const { logits } = (await session.read(three))!;
    await session.close();
    return logits;
  };
  const first = await train(1, [3]);
  expect(await train(1, [1, 2, 3])).toEqual(first);
  expect(await train(2, [3])).not.toEqual(first);
});

test("one stroke without bends is a straight line", () => {
  expect(isStraightLine([[penPoint(10, 50), penPoint(50, 51), penPoint(90, 50)]])).toBe(true);
  expect(isStraightLine([[penPoint(10, 50), penPoint(50, 60), penPoint(90, 50)]])).toBe(false);
  expect(isStraightLine([[penPoint(10, 50), penPoint(90, 50), penPoint(40, 50)]])).toBe(true);
  expect(isStraightLine([[penPoint(10, 50), penPoint(20, 50)]])).toBe(false);
  expect(isStraightLine(three)).toBe(false);
  expect(isStraightLine([])).toBe(false);
});
