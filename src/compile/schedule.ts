// Pass: the order of clusters. Operands before users, readers of a slot before the one that overwrites it, and
// otherwise whatever leaves the fewest bytes alive.
import { bytesOf } from "../base/dtype.ts";
import { BugError } from "../base/errors.ts";
import { sizeOf } from "../base/shape.ts";
import type { Graph, Node, Update } from "../ir/node.ts";
import { slotOf } from "../ops/leaf.ts";
import { type Cluster, sourceOf } from "./fuse.ts";
import { isPlain, locate } from "./locate.ts";

/** Clusters in order, and which updates their kernels may write straight into the slot. */
export interface Schedule {
  readonly order: readonly Cluster[];
  readonly inPlace: ReadonlySet<Update>;
}

/** before.get(c): clusters that must run before c. */
type Before = Map<Cluster, Set<Cluster>>;

function dataDependencies(clusterOf: ReadonlyMap<Node, Cluster>): Before {
  const before: Before = new Map();
  for (const [node, cluster] of clusterOf) {
    const set = before.get(cluster) ?? new Set();
    before.set(cluster, set);
    for (const source of node.inputs.map(sourceOf)) {
      const from = clusterOf.get(source);
      if (from !== undefined && from !== cluster) set.add(from);
    }
  }
  return before;
}

/** True when `first` must run before `last`, directly or through others. */
function mustPrecede(before: Before, first: Cluster, last: Cluster): boolean {
  const seen = new Set<Cluster>();
  const stack = [last];
  while (stack.length > 0) {
    const cluster = stack.pop()!;
    if (cluster === first) return true;
    if (seen.has(cluster)) continue;
    seen.add(cluster);
    stack.push(...before.get(cluster)!);
  }
  return false;
}

const readsSlot = (node: Node, update: Update): boolean =>
  node.inputs.some((input) => slotOf(sourceOf(input)) === update.slot);

/** True when the writing cluster reads the slot's old value only element by element, in the order it writes. */
function isSafeWithin(writer: Cluster, update: Update): boolean {
  return writer.nodes
    .filter((node) => readsSlot(node, update))
    .every(
      (node) =>
        node.op.kind.tag === "map" &&
        writer.head?.op.kind.tag !== "reduce" &&
        node.inputs.every((input) => slotOf(sourceOf(input)) !== update.slot || isPlain(locate(input)!)),
    );
}

/** Makes the readers of each updated slot precede its writer; an update for which that is impossible is left out. */
function orderUpdates(graph: Graph, clusterOf: ReadonlyMap<Node, Cluster>, before: Before): Set<Update> {
  const inPlace = new Set<Update>();
  for (const update of graph.updates) {
    const writer = clusterOf.get(update.value)!;
    const readers = new Set(
      [...clusterOf]
        .filter(([node, cluster]) => cluster !== writer && readsSlot(node, update))
        .map(([, cluster]) => cluster),
    );
    if (!isSafeWithin(writer, update)) continue;
    if ([...readers].some((reader) => mustPrecede(before, writer, reader))) continue;
    for (const reader of readers) before.get(writer)!.add(reader);
    inPlace.add(update);
  }
  return inPlace;
}

const bytes = (node: Node): number => sizeOf(node.shape) * bytesOf(node.dtype);

/** Bytes of each cluster's results that others read, and how many clusters still have to read them. */
class Pressure {
  readonly #made = new Map<Cluster, number>();
  readonly #waiting = new Map<Cluster, number>();

  constructor(clusterOf: ReadonlyMap<Node, Cluster>, before: Before) {
    for (const [node, cluster] of clusterOf) {
      this.#made.set(cluster, Math.max(this.#made.get(cluster) ?? 0, bytes(node)));
    }
    for (const set of before.values()) {
      for (const cluster of set) this.#waiting.set(cluster, (this.#waiting.get(cluster) ?? 0) + 1);
    }
  }

  /** Change in bytes alive when this cluster runs now. */
  of(cluster: Cluster, before: Before): number {
    let change = this.#waiting.has(cluster) ? this.#made.get(cluster)! : 0;
    for (const source of before.get(cluster)!) {
      if (this.#waiting.get(source) === 1) change -= this.#made.get(source)!;
    }
    return change;
  }

  run(cluster: Cluster, before: Before): void {
    for (const source of before.get(cluster)!) this.#waiting.set(source, this.#waiting.get(source)! - 1);
  }
}

/** Orders the clusters; among those that can run the one that frees most runs first, ties in graph order. */
export function schedule(graph: Graph, clusterOf: ReadonlyMap<Node, Cluster>): Schedule {
  const before = dataDependencies(clusterOf);
  const inPlace = orderUpdates(graph, clusterOf, before);
  const pressure = new Pressure(clusterOf, before);
  const remaining = new Set(before.keys());
  const done = new Set<Cluster>();
  const order: Cluster[] = [];
  while (remaining.size > 0) {
    let best: Cluster | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const cluster of remaining) {
      if (![...before.get(cluster)!].every((source) => done.has(source))) continue;
      const change = pressure.of(cluster, before);
      if (change < least) [best, least] = [cluster, change];
    }
    if (best === undefined) throw new BugError(`${remaining.size} clusters wait for each other.`);
    pressure.run(best, before);
    remaining.delete(best);
    done.add(best);
    order.push(best);
  }
  return { order, inPlace };
}
