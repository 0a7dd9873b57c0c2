// An ONNX graph while it is built: keeps equal constants once, and at the end leaves out what nothing uses and gives all
// else its name. Knows nothing of nets.
import type { Shape } from "../base/shape.ts";
import type { ElementType, OnnxAttribute, OnnxNode, OnnxTensor } from "./model.ts";

type Attributes = Readonly<Record<string, OnnxAttribute>>;

/** Nodes and constants in the order they were added; until the end they are known by numbers such as "%7". */
export class Draft {
  nodes: OnnxNode[] = [];
  readonly #constants = new Map<string, OnnxTensor>();
  readonly #once = new Map<string, string>();
  #count = 0;

  #next(): string {
    return `%${this.#count++}`;
  }

  /** Adds a node with one result; gives what the result is known by. */
  node(type: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const output = this.#next();
    this.nodes.push({ type, domain: "", name: "", inputs, outputs: [output], attributes });
    return output;
  }

  /** Adds a constant that wishes to be called `name`; gives what it is known by. */
  constant(name: string, type: ElementType, shape: Shape, data: OnnxTensor["data"]): string {
    const id = this.#next();
    this.#constants.set(id, { name, type, shape, data });
    return id;
  }

  /** The constant known by this; undefined where it is none. */
  constantOf(id: string | undefined): OnnxTensor | undefined {
    return id === undefined ? undefined : this.#constants.get(id);
  }

  /** The same elements under another shape. */
  reshaped(id: string, { name, type, data }: OnnxTensor, shape: Shape): string {
    return this.#only(`${id} ${shape.join()}`, () => this.constant(name, type, shape, data));
  }

  /** A list of whole numbers, as shapes and axes are given. */
  ints(values: readonly number[]): string {
    return this.#only(`ints ${values.join()}`, () =>
      this.constant("sizes", "int64", [values.length], Float64Array.from(values)),
    );
  }

  /** A number that broadcasts to anything. */
  scalar(value: number): string {
    return this.#only(`number ${value}`, () =>
      this.constant("number", "float32", [], Float32Array.of(value)),
    );
  }

  #only(key: string, make: () => string): string {
    const id = this.#once.get(key) ?? make();
    this.#once.set(key, id);
    return id;
  }

  /** Forgets the nodes that `result` does not need. */
  keepOnly(result: string): void {
    const needed = new Set([result]);
    const isNeeded = ({ inputs, outputs }: OnnxNode): boolean => {
      if (!outputs.some((output) => needed.has(output))) return false;
      for (const input of inputs) needed.add(input);
      return true;
    };
    this.nodes = this.nodes.toReversed().filter(isNeeded).reverse();
  }

  /** The nodes and the constants they need, each with a name of its own: the one in `ends`, or one that tells what it is. */
  finish(ends: Readonly<Record<string, string>>): { nodes: OnnxNode[]; constants: OnnxTensor[] } {
    const names = new Map(Object.entries(ends));
    const taken = new Set(names.values());
    const nameOf = (id: string, wish: string): string => {
      const known = names.get(id);
      if (known !== undefined) return known;
      let name = wish;
      for (let i = 2; taken.has(name); i++) name = `${wish}_${i}`;
      taken.add(name);
      names.set(id, name);
      return name;
    };
    const nodes = this.nodes.map((node): OnnxNode => {
      const inputs = node.inputs.map((id) => nameOf(id, this.#constants.get(id)?.name ?? "value"));
      const output = nameOf(node.outputs[0]!, node.type.toLowerCase());
      return { ...node, name: output, inputs, outputs: [output] };
    });
    const constants = [...this.#constants].flatMap(([id, constant]) => {
      const name = names.get(id);
      return name === undefined ? [] : [{ ...constant, name }];
    });
    return { nodes, constants };
  }
}
