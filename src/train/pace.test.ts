// How many steps are asked for, given how long the last ones took.
import { expect, it } from "vitest";
import { Pace } from "./pace.ts";

it("begins with single steps and comes to calls of about 75 ms", () => {
  const pace = new Pace();
  expect(pace.next(1000)).toBe(1);
  pace.record(1, 900);
  // The first call took long for reasons of its own.
  expect(pace.next(1000)).toBe(1);
  const asked: number[] = [];
  for (let i = 0; i < 5; i++) {
    pace.record(asked.at(-1) ?? 1, 5 * (asked.at(-1) ?? 1));
    asked.push(pace.next(1000));
  }
  expect(asked).toEqual([4, 15, 15, 15, 15]);
});

it("never asks for more than remain, nor for less than one", () => {
  const pace = new Pace();
  pace.record(1, 1);
  pace.record(1, 0);
  expect(pace.next(3)).toBe(3);
  pace.record(1, 5000);
  expect(pace.next(3)).toBe(1);
});
