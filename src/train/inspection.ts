// Finds the first value of a training step that is not finite, going through the step in the order it is computed:
// parameters, outputs of layers, loss, gradients. Knows nothing of epochs or of how a step is run.
import type { LayerPass } from "../nn/observe.ts";
import type { NamedTensors } from "../optim/optimizer.ts";
import { isFiniteNumber } from "../tensor/elementwise.ts";
import { stack } from "../tensor/functions.ts";
import { all } from "../tensor/reductions.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** A value of a step, by what it is and where: a parameter, the output of a layer, the loss, a parameter's gradient. */
export interface StepValue {
  readonly kind: "parameter" | "output" | "loss" | "gradient";
  /** The parameter's name or the layer's path, "" for the net as a whole. */
  readonly name: string;
  /** What the layer calls itself, where it is one. */
  readonly type?: string;
}

/** `value` as people say it: "the output of layer 3 (conv2d)". */
export function describeValue({ kind, name, type }: StepValue): string {
  if (kind === "output")
    return name === "" ? `the output of the net (${type})` : `the output of layer ${name} (${type})`;
  return kind === "loss"
    ? "the loss itself"
    : `the ${kind === "gradient" ? "gradient of" : "parameter"} ${name}`;
}

type Named = readonly [StepValue, Tensor];

/** Named tensors as values of a step. */
export const valuesOf = (kind: "parameter" | "gradient", named: NamedTensors): Named[] =>
  Object.entries(named).map(([name, value]) => [{ kind, name }, value]);

/** What layers give as values of a step. */
export const outputsOf = (passes: readonly LayerPass[]): Named[] =>
  passes.map(({ path, type, y }) => [{ kind: "output", name: path, type }, y]);

/** Values of a step in their order, and int32 [values]: 1 for each whose elements are all finite. */
export interface Inspected {
  readonly values: readonly StepValue[];
  readonly areFinite: Tensor;
}

/** Within a trace: which of these values are finite; values that are no floating-point numbers are left out. */
export function inspect(named: readonly Named[]): Inspected {
  const floating = named.filter(([, { dtype }]) => dtype === "float32");
  return {
    values: floating.map(([value]) => value),
    areFinite: stack(floating.map(([, x]) => all(isFiniteNumber(x)).cast("int32"))),
  };
}

/** The first value that is not finite, undefined where all are. */
export async function firstNotFinite({ values, areFinite }: Inspected): Promise<StepValue | undefined> {
  const index = (await areFinite.data()).indexOf(0);
  return index < 0 ? undefined : values[index];
}
