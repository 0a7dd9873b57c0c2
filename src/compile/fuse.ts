// Pass: groups nodes into clusters that one kernel will compute. Element-by-element chains become one pass over
// memory, a fold takes the chain that feeds it, and a routine takes the chain that its result flows into.
import { reshapeLayout, sizeOf } from "../base/shape.ts";
import { type Graph, type Node, rootsOf, topologicalOrder } from "../ir/node.ts";
import { isPlain, locate } from "./locate.ts";

/** Nodes that one kernel computes. */
export interface Cluster {
  /** In topological order. */
  readonly nodes: readonly Node[];
  /** The fold that the maps feed, or the routine that feeds them; undefined for maps alone. */
  readonly head: Node | undefined;
}

// A kernel's registers share the L1 cache: past these sizes its blocks get too short to be worth it.
const MOST_NODES = 40;
const MOST_READS = 16;
// A routine's tile is short: with more arrays than these to walk beside it, a pass of its own is faster.
const MOST_EPILOGUE_ARRAYS = 3;

const isMap = (node: Node): boolean => node.op.kind.tag === "map";
const isComputed = (node: Node): boolean => !["slot", "leaf", "view"].includes(node.op.kind.tag);

/** The computed node, slot or leaf that an input really is: views looked through. */
export const sourceOf = (input: Node): Node => {
  let node = input;
  while (node.op.kind.tag === "view") node = node.inputs[0]!;
  return node;
};

/** Which cluster every computed node is in, while clusters grow together. */
class Clustering {
  readonly clusterOf = new Map<Node, Cluster>();
  readonly order: readonly Node[];
  readonly #rank: ReadonlyMap<Node, number>;
  readonly #roots: ReadonlySet<Node>;
  readonly #users = new Map<Node, Node[]>();

  constructor(roots: readonly Node[]) {
    const order = topologicalOrder(roots);
    this.order = order.filter(isComputed);
    this.#rank = new Map(order.map((node, rank) => [node, rank]));
    this.#roots = new Set(roots);
    for (const node of this.order) {
      this.clusterOf.set(node, { nodes: [node], head: isMap(node) ? undefined : node });
      for (const source of new Set(node.inputs.map(sourceOf))) {
        this.#users.set(source, [...this.usersOf(source), node]);
      }
    }
  }

  usersOf(node: Node): readonly Node[] {
    return this.#users.get(node) ?? [];
  }

  /** True when nothing but `user` and the cluster itself needs what the cluster computes. */
  feedsOnly(cluster: Cluster, user: Node): boolean {
    return cluster.nodes.every(
      (node) =>
        !this.#roots.has(node) &&
        this.usersOf(node).every((other) => other === user || this.clusterOf.get(other) === cluster),
    );
  }

  /** True when the value must be written to memory: it is a result, or another kernel reads it. */
  isNeededOutside(node: Node): boolean {
    const own = this.clusterOf.get(node);
    return this.#roots.has(node) || this.usersOf(node).some((user) => this.clusterOf.get(user) !== own);
  }

  /** True when nothing outside `cluster` needs the node's value. */
  servesOnly(node: Node, cluster: Cluster): boolean {
    return !this.#roots.has(node) && this.usersOf(node).every((user) => this.clusterOf.get(user) === cluster);
  }

  /** True when a path leads from one to the other through a third cluster: merging the two would close a cycle. */
  #hasDetour(from: Cluster, to: Cluster): boolean {
    const seen = new Set<Cluster>([from]);
    const after = (cluster: Cluster) =>
      cluster.nodes.flatMap((node) => this.usersOf(node).map((user) => this.clusterOf.get(user)!));
    const stack = after(from).filter((cluster) => cluster !== to);
    while (stack.length > 0) {
      const cluster = stack.pop()!;
      if (cluster === to) return true;
      if (seen.has(cluster)) continue;
      seen.add(cluster);
      stack.push(...after(cluster));
    }
    return false;
  }

  /** Joins two clusters, of which `from` feeds `to`; does nothing where the kernel would be illegal or too large. */
  merge(from: Cluster, to: Cluster, head: Node | undefined): void {
    const nodes = [...from.nodes, ...to.nodes].sort((a, b) => this.#rank.get(a)! - this.#rank.get(b)!);
    const inside = new Set(nodes);
    const reads = new Set(nodes.flatMap((node) => node.inputs.filter((input) => !inside.has(input))));
    if (nodes.length > MOST_NODES || reads.size > MOST_READS || this.#hasDetour(from, to)) return;
    const merged: Cluster = { nodes, head };
    for (const node of nodes) this.clusterOf.set(node, merged);
  }
}

/** Joins each map with the maps that feed it directly. */
function fuseMaps(clustering: Clustering): void {
  for (const node of [...clustering.order].reverse().filter(isMap)) {
    for (const input of node.inputs.filter(isMap)) {
      const from = clustering.clusterOf.get(input)!;
      const to = clustering.clusterOf.get(node)!;
      const areMaps = from.head === undefined && to.head === undefined;
      if (from !== to && areMaps) clustering.merge(from, to, undefined);
    }
  }
}

/** Joins each fold with the maps that feed nothing else. */
function fuseFolds(clustering: Clustering): void {
  for (const node of clustering.order.filter(({ op }) => op.kind.tag === "reduce")) {
    const [input] = node.inputs as [Node];
    const from = clustering.clusterOf.get(input);
    if (from === undefined || from.head !== undefined || !clustering.feedsOnly(from, node)) continue;
    clustering.merge(from, clustering.clusterOf.get(node)!, node);
  }
}

/** Joins each fold with the maps above it that feed it alone, before other maps can claim them. */
function takeChains(clustering: Clustering): void {
  for (const node of clustering.order.filter(({ op }) => op.kind.tag === "reduce")) {
    let chain: Node[] = [node];
    while (chain.length > 0) {
      const above = chain.flatMap(({ inputs }) => inputs.filter(isMap));
      chain = [...new Set(above)].filter((input) => {
        const own = clustering.clusterOf.get(node)!;
        const from = clustering.clusterOf.get(input)!;
        if (from === own || from.head !== undefined) return false;
        if (!clustering.servesOnly(input, own)) return false;
        clustering.merge(from, own, node);
        return clustering.clusterOf.get(input) === clustering.clusterOf.get(node);
      });
    }
  }
}

/** True when a kernel that walks `routine`'s result can compute the maps: every operand has strides over that space. */
function canFollow(maps: readonly Node[], routine: Node): boolean {
  const inside = new Set(maps);
  return maps.every(
    (node) =>
      sizeOf(node.shape) === sizeOf(routine.shape) &&
      node.inputs.every((input) => {
        if (inside.has(input)) return true;
        const { kind } = input.op;
        // Coordinates are counted along the maps' own axes, which the routine's space need not have.
        if (kind.tag === "leaf") return kind.form === "constant";
        const located = locate(input)!;
        return located.base === routine
          ? isPlain(located)
          : reshapeLayout(located.layout, routine.shape) !== null;
      }),
  );
}

/** Arrays as large as the routine's result that the maps read or, having users outside, write. */
function countArrays(maps: readonly Node[], routine: Node, clustering: Clustering): number {
  const inside = new Set(maps);
  const isLarge = (node: Node) => sizeOf(node.shape) === sizeOf(routine.shape);
  const reads = maps
    .flatMap((node) => node.inputs.map(sourceOf))
    .filter((x) => !inside.has(x) && x !== routine);
  const large = new Set(reads.filter((x) => x.op.kind.tag !== "leaf" && isLarge(x)));
  return large.size + maps.filter((node) => clustering.isNeededOutside(node)).length;
}

/** Joins each routine with the maps that its result flows into; the latest first, as it completes their operands. */
function fuseEpilogues(clustering: Clustering): void {
  for (const node of [...clustering.order].reverse()) {
    const { kind } = node.op;
    if (kind.tag !== "routine" || kind.cpu.epilogue !== true || sizeOf(node.shape) === 0) continue;
    const user = clustering.usersOf(node).find(isMap);
    const maps = user && clustering.clusterOf.get(user)!;
    if (maps === undefined || maps.head !== undefined || !canFollow(maps.nodes, node)) continue;
    if (countArrays(maps.nodes, node, clustering) > MOST_EPILOGUE_ARRAYS) continue;
    clustering.merge(clustering.clusterOf.get(node)!, maps, node);
  }
}

/** The cluster of every computed node. */
export function fuse(graph: Graph): ReadonlyMap<Node, Cluster> {
  const clustering = new Clustering(rootsOf(graph));
  takeChains(clustering);
  fuseMaps(clustering);
  fuseFolds(clustering);
  fuseEpilogues(clustering);
  return clustering.clusterOf;
}
