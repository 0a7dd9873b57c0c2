// Trees: nested arrays and plain objects with leaves of one kind, flattened and built up again.
// How parameters, optimiser states and batches are passed as one value. Knows nothing of tensors.

/** A leaf, or an array or plain object of trees. */
export type Tree<T> = T | readonly Tree<T>[] | { readonly [key: string]: Tree<T> };

/** A leaf and the path that leads to it: `0.weight`. */
export interface Leaf<T> {
  readonly path: string;
  readonly value: T;
}

/** The leaves in order, each with its path; object keys in insertion order. */
export function leavesOf<T>(tree: Tree<T>, isLeaf: (value: unknown) => value is T, path = ""): Leaf<T>[] {
  if (isLeaf(tree)) return [{ path, value: tree }];
  if (tree === null || typeof tree !== "object") return [];
  return Object.entries(tree).flatMap(([key, branch]) =>
    leavesOf(branch as Tree<T>, isLeaf, path === "" ? key : `${path}.${key}`),
  );
}

/** The same tree with every leaf replaced by `f(leaf, path)`; what is not a leaf or a branch stays as it is. */
export function mapTree<T, R>(
  tree: Tree<T>,
  isLeaf: (value: unknown) => value is T,
  f: (leaf: T, path: string) => R,
  path = "",
): Tree<R> {
  if (isLeaf(tree)) return f(tree, path);
  const below = (key: string) => (path === "" ? key : `${path}.${key}`);
  if (Array.isArray(tree)) {
    return tree.map((branch, index) => mapTree(branch as Tree<T>, isLeaf, f, below(String(index))));
  }
  if (tree === null || typeof tree !== "object") return tree as Tree<R>;
  return Object.fromEntries(
    Object.entries(tree).map(([key, branch]) => [key, mapTree(branch as Tree<T>, isLeaf, f, below(key))]),
  );
}
