// All primitives in one list: what the generated tests, the support table and the profiler read.
import type { Op } from "../ir/node.ts";
import { argsortOp, cumsumOp, gatherAlongOp, scatterAlongOp } from "./along.ts";
import * as arithmetic from "./arithmetic.ts";
import { expandOp, sumOp } from "./broadcast.ts";
import { conv2dInputGradOp, conv2dOp, conv2dWeightGradOp } from "./conv.ts";
import * as elementary from "./elementary.ts";
import { gatherOp, scatterAddOp } from "./gather.ts";
import { gridSampleGridGradOp, gridSampleInputGradOp, gridSampleOp } from "./grid.ts";
import { constantOp, indexOp, slotOp } from "./leaf.ts";
import { matmulOp } from "./linalg.ts";
import { and, castOp, copy, detach, equal, lessEqual, lessThan, not, notEqual, or, where } from "./logic.ts";
import {
  avgPool2dGradOp,
  avgPool2dOp,
  maxPool2dGradOp,
  maxPool2dIndexOp,
  maxPool2dOp,
  maxPool2dPickOp,
} from "./pool.ts";
import { randomOp } from "./random.ts";
import { argmaxOp, argminOp, maxOp, minOp, prodOp } from "./reduce.ts";
import { surrogate } from "./surrogate.ts";
import { concatOp, embedOp, permuteOp, reshapeOp, sliceOp } from "./view.ts";

const logic = [surrogate, and, copy, detach, equal, lessEqual, lessThan, not, notEqual, or, where];
const records: readonly unknown[] = [
  ...[slotOp, constantOp, indexOp],
  ...[...Object.values(arithmetic), ...Object.values(elementary), ...logic].map((f) => f.op),
  ...[castOp, expandOp, sumOp, maxOp, minOp, prodOp, argmaxOp, argminOp],
  ...[reshapeOp, permuteOp, sliceOp, embedOp, concatOp],
  ...[matmulOp, conv2dOp, conv2dInputGradOp, conv2dWeightGradOp],
  ...[maxPool2dOp, maxPool2dIndexOp, maxPool2dGradOp, maxPool2dPickOp, avgPool2dOp, avgPool2dGradOp],
  ...[gatherOp, scatterAddOp, gatherAlongOp, scatterAlongOp, cumsumOp, argsortOp],
  ...[gridSampleOp, gridSampleInputGradOp, gridSampleGridGradOp, randomOp],
];

/** Every primitive, by family. */
export const registry = records as readonly Op[];
