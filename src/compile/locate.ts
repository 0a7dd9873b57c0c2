// Where a value lies: views followed down to the node whose memory they look at.
import { contiguous, isContiguous, type Strided } from "../base/shape.ts";
import type { Node } from "../ir/node.ts";

/** A view of `base`'s memory: element (i₀, …) of the view is at offset + Σ iₖ·stridesₖ of it. */
export interface Located {
  readonly base: Node;
  readonly layout: Strided;
}

/** Follows views to the memory below; null where a reshape would need its input moved first. */
export function locate(node: Node): Located | null {
  const { kind } = node.op;
  if (kind.tag !== "view") return { base: node, layout: contiguous(node.shape) };
  const input = locate(node.inputs[0]!);
  const layout = input && kind.view(node, input.layout);
  return layout && { base: input.base, layout };
}

/** True when the node's elements lie row-major from the start of the memory they are in. */
export function isPlain({ layout }: Located): boolean {
  return layout.offset === 0 && isContiguous(layout);
}
