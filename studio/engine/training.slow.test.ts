// A run in turns: the same whatever the turns, scored before the first step and after each epoch; and the digits.
import { nn } from "nabla";
import { generateDigits } from "nabla/data";
import { expect, test } from "vitest";
import { digitExamples, VALIDATION_IMAGES } from "./digits.ts";
import { Training } from "./training.ts";

const begin = (): Training =>
  new Training(nn.sequential(nn.flatten(), nn.linear(10)), digitExamples(60), {
    epochs: 3,
    batchSize: 20,
    seed: 1,
  });

test("digits are drawn piece by piece, those of the whole set", () => {
  const { train, test: validation } = generateDigits({ train: 50, test: VALIDATION_IMAGES });
  digitExamples(15);
  digitExamples(37);
  expect(digitExamples(50)).toEqual({ train, validation });
  expect(digitExamples(10).train.labels).toEqual(train.labels.subarray(0, 10));
});

test("turns do not change a bit; each score is told once", async () => {
  const [whole, turns] = [begin(), begin()];
  const { scores, step, stepsPerEpoch } = await whole.advance(3);
  expect(scores.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3]);
  expect([step, stepsPerEpoch]).toEqual([9, 3]);
  const told = [];
  // No time at all is one event a turn.
  for (let turn = 0; turn < 30; turn++) told.push(...(await turns.advance(3, 0)).scores);
  expect(told).toEqual(scores);
  await Promise.all([whole.close(), turns.close()]);
});

test("what is asked while it trains is answered between steps, in turn", async () => {
  const training = begin();
  const order: string[] = [];
  await Promise.all([
    training.advance(1).then(() => order.push("trained")),
    training.inTurn(() => order.push("asked")),
    training.close().then(() => order.push("closed")),
  ]);
  expect(order).toEqual(["trained", "asked", "closed"]);
  expect((await training.advance(3)).scores).toEqual([]);
});

test("a question that fails does not stop the run", async () => {
  const training = begin();
  await expect(
    training.inTurn(() => {
      throw new Error("no");
    }),
  ).rejects.toThrow("no");
  expect((await training.advance(1)).scores).toHaveLength(2);
  await training.close();
});
