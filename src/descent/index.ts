// The package's `nabla/descent`: gradient descent on any function of tensors, its path and its stopping criteria, and
// how much work a gradient is.
export type { DerivativeCount } from "../compile/gradient.ts";
export { countDerivatives } from "./count-derivatives.ts";
export { minimize } from "./minimize.ts";
export type { BatchOptions, LbfgsOptions, MinimizeOptions, Until, Validation } from "./options.ts";
export type { Descent, DescentReason, PathPoint, Plain } from "./result.ts";
