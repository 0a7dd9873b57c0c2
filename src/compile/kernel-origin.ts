// Where a kernel's work comes from, told from the nodes it computes: what profiles label it with.
import type { Node } from "../ir/node.ts";
import type { Origin } from "../ir/origin.ts";
import type { Kernel } from "./program.ts";

/** A copy that lowering put in comes from where its input does. */
const originOf = ({ origin, inputs }: Node): Origin | undefined => origin ?? inputs[0]?.origin;

/** The origin most of the nodes have, the last one's where several have as many. */
function commonOrigin(nodes: readonly Node[]): Origin | undefined {
  const counts = new Map<Origin, number>();
  for (const origin of nodes.map(originOf))
    if (origin !== undefined) counts.set(origin, (counts.get(origin) ?? 0) + 1);
  let best: Origin | undefined;
  for (const [origin, count] of counts) if (best === undefined || count >= counts.get(best)!) best = origin;
  return best;
}

/** Of a routine or a fold its own, whatever has been fused with it; of a chain of maps that of most of them. */
export function kernelOrigin(kernel: Kernel): Origin | undefined {
  if (kernel.tag === "map") return commonOrigin(kernel.body.nodes);
  const own = originOf(kernel.node);
  return own ?? (kernel.tag === "reduce" ? commonOrigin(kernel.body.nodes) : undefined);
}
