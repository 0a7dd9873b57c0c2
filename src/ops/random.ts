// Random numbers as a function of (seed, step, stream, element): counter-based, so that who computes them is no matter.
import { DTypeError, ShapeError } from "../base/errors.ts";
import { philox } from "../base/random.ts";
import { type Shape, sameShape, sizeOf } from "../base/shape.ts";
import { type Attributes, apply, type Node } from "../ir/node.ts";
import { defineOp } from "./define.ts";

interface RandomAttributes extends Attributes {
  readonly shape: Shape;
  readonly stream: number;
  readonly kind: "uniform" | "normal" | "bits";
}

const KINDS = ["uniform", "normal", "bits"] as const;

/** Two standard normals from two words (Box & Muller 1958); the first is shifted by half a unit so that log is finite. */
function boxMuller(a: number, b: number): [number, number] {
  const radius = Math.sqrt(-2 * Math.log(((a >>> 8) + 0.5) * 2 ** -24));
  const angle = 2 * Math.PI * (b >>> 8) * 2 ** -24;
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}

/** Philox 4×32-10 (Salmon et al. 2011) keyed by state[0..1], counter {element / 4, stream, state[2], 0}. */
export const randomOp = defineOp<RandomAttributes>({
  name: "random",
  kind: {
    tag: "routine",
    reference([state], node) {
      const { stream, kind } = node.attributes as RandomAttributes;
      const y = new Float64Array(sizeOf(node.shape));
      for (let i = 0; i < y.length; i += 4) {
        const counter = Uint32Array.of(i / 4, stream, state![2]!, 0);
        const words = [...philox(counter, Uint32Array.of(state![0]!, state![1]!))];
        const [a, b, c, d] = words as [number, number, number, number];
        const values =
          kind === "normal"
            ? [...boxMuller(a, b), ...boxMuller(c, d)]
            : words.map((word) => (kind === "bits" ? word | 0 : (word >>> 8) * 2 ** -24));
        for (let j = 0; j < 4 && i + j < y.length; j++) y[i + j] = values[j]!;
      }
      return y;
    },
    cpu: {
      kernel: "random",
      inputs: ["state"],
      output: "out",
      fields(node) {
        const { stream, kind } = node.attributes as RandomAttributes;
        return { count: sizeOf(node.shape), stream, kind: KINDS.indexOf(kind) };
      },
    },
  },
  samples: KINDS.map((kind) => ({
    inputs: [{ shape: [3], dtype: "int32" as const, range: [0, 99] as const }],
    attributes: { shape: [3, 7], stream: 5, kind },
  })),
  type([state], { shape, kind }) {
    if (!sameShape(state!.shape, [3])) {
      throw new ShapeError("random: the state must be [3]: two words of seed and a counter.", {
        shape: state!.shape,
      });
    }
    if (state!.dtype !== "int32") {
      throw new DTypeError(`random: the state must be int32, not ${state!.dtype}.`, { dtype: state!.dtype });
    }
    return { shape, dtype: kind === "bits" ? "int32" : "float32" };
  },
});

/** Uniform in [0, 1) (multiples of 2⁻²⁴), standard normal, or raw bits as int32, from a generator's state. */
export const random = (state: Node, shape: Shape, stream: number, kind: RandomAttributes["kind"]): Node =>
  apply(randomOp, [state], { shape, stream, kind });
