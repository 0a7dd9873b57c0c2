// A value computed one way and differentiated another: for formulas whose cheapest form is not the one whose
// derivatives are cheapest or most exact. The compiler drops the form that is not needed; no kernel ever runs it.
import { accepts, defineMap, type MapFunction } from "./define.ts";

/**
 * The value of its first input with the derivatives of the second: y = value, ∂y = ∂slope. The two must be equal as
 * functions of everything that is differentiated, or differ on purpose, as in a straight-through estimator.
 */
export const surrogate: MapFunction = defineMap({
  name: "surrogate",
  accepts: accepts.floating,
  reference: (value) => value!,
  float: "move",
  samples: [],
  gradient: (dy) => [undefined, dy],
  simplify: ({ inputs: [value] }) => value!,
});
