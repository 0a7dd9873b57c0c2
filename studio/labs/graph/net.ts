// The net of the lab of the graph: its numbers, where they stand in the picture, the order in which they become known,
// and the formulas as text. Loads no engine: the page needs it too.

/** Inputs and weights: x → z = W₁x → s = W₂z, h = relu(s) → a = u·h. */
export const START = {
  ...{ x1: 5, x2: -1 },
  ...{ w11: 1, w12: -2, w21: -1, w22: -4 },
  ...{ v11: -1, v12: 2, v21: 2, v22: 1 },
  ...{ u1: 3, u2: -1 },
};
export type LeafName = keyof typeof START;
export type Leaves = Readonly<Record<LeafName, number>>;
export const LEAVES = Object.keys(START) as LeafName[];
export const INNER = ["z1", "z2", "s1", "s2", "h1", "h2", "a"] as const;
export type InnerName = (typeof INNER)[number];
export type Name = LeafName | InnerName;

/** What the engine knows of the net at these leaves. */
export interface Walk {
  readonly values: Readonly<Record<Name, number>>;
  /** ∂a/∂· of everything. */
  readonly slopes: Readonly<Record<Name, number>>;
  /** relu′(s₁), relu′(s₂). */
  readonly gates: readonly [number, number];
  /** The shares of ∂a/∂w₁₁ that come through h₁ and through h₂. */
  readonly paths: readonly [number, number];
}

/** What a number is moved by, up and down, for its difference quotient. */
export const H = 1 / 64;

/** a where a number is H more and H less, and (more − less) / 2H. */
export interface Difference {
  readonly more: number;
  readonly less: number;
  readonly quotient: number;
}

/** What is worked out, in this order: values forward, then partial derivatives backward. */
export interface Item {
  readonly kind: "value" | "slope";
  readonly name: Name;
}
const items = (kind: Item["kind"], names: readonly Name[]): Item[] => names.map((name) => ({ kind, name }));
export const ORDER: readonly Item[] = [
  ...items("value", ["z1", "z2", "s1", "s2", "h1", "h2", "a"]),
  ...items("slope", ["u1", "u2", "h1", "h2", "s1", "s2", "v11", "v12", "v21", "v22"]),
  ...items("slope", ["z1", "z2", "w11", "w12", "w21", "w22", "x1", "x2"]),
];

const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";
/** "w₁₁". */
export const plainName = (name: Name): string => name.replace(/\d/g, (digit) => SUBSCRIPTS[Number(digit)]!);
/** "w_{11}". */
export const texName = (name: Name): string => name.replace(/\d+/, (digits) => `_{${digits}}`);

type Tex = (name: Name) => string;

/** A sum of products of these pairs, first as letters, then as numbers. */
const sumOf = (pairs: readonly (readonly [string, string])[]): string =>
  pairs.map(([a, b]) => `${a}\\cdot ${b}`).join(" + ");

const factors: Readonly<Record<string, readonly (readonly [Name, Name])[]>> = {
  z1: [
    ["w11", "x1"],
    ["w12", "x2"],
  ],
  z2: [
    ["w21", "x1"],
    ["w22", "x2"],
  ],
  s1: [
    ["v11", "z1"],
    ["v12", "z2"],
  ],
  s2: [
    ["v21", "z1"],
    ["v22", "z2"],
  ],
  a: [
    ["u1", "h1"],
    ["u2", "h2"],
  ],
};

/** The formula of a value with its numbers; `number` writes one as TeX. */
export function valueTex(name: Name, number: Tex): string {
  const isRelu = name === "h1" || name === "h2";
  if (isRelu) {
    const s: Name = name === "h1" ? "s1" : "s2";
    return `${texName(name)} = \\max(0,\\, ${texName(s)}) = \\max(0,\\, ${number(s)}) = ${number(name)}`;
  }
  const pairs = factors[name];
  if (pairs === undefined) return `${texName(name)} = ${number(name)}`;
  const letters = sumOf(pairs.map(([w, x]) => [texName(w), texName(x)]));
  return `${texName(name)} = ${letters} = ${sumOf(pairs.map(([w, x]) => [number(w), number(x)]))} = ${number(name)}`;
}

const partial = (name: Name): string => `\\frac{\\partial a}{\\partial ${texName(name)}}`;

/** What a partial derivative is a sum of: pairs of a later partial (or none) and a number of the net or a gate. */
function slopeFactors(
  name: Name,
): readonly (readonly [later: Name | undefined, by: Name | "gate1" | "gate2"])[] {
  const digits = name.replace(/\D/g, "");
  const [first, second] = [digits[0], digits[1]] as const;
  if (name === "h1" || name === "h2") return [[undefined, `u${first}` as Name]];
  switch (name[0]) {
    case "u":
      return [[undefined, `h${first}` as Name]];
    case "s":
      return [[`h${first}` as Name, `gate${first}` as "gate1"]];
    case "v":
      return [[`s${first}` as Name, `z${second}` as Name]];
    case "z":
      return [1, 2].map((i) => [`s${i}` as Name, `v${i}${first}` as Name] as const);
    case "w":
      return [[`z${first}` as Name, `x${second}` as Name]];
    default:
      return [1, 2].map((j) => [`z${j}` as Name, `w${j}${first}` as Name] as const);
  }
}

/** The formula of ∂a/∂· with its numbers. */
export function slopeTex(
  name: Name,
  { number, slope, gate }: { number: Tex; slope: Tex; gate: (index: 1 | 2) => string },
): string {
  if (name === "a") return "\\frac{\\partial a}{\\partial a} = 1";
  const pairs = slopeFactors(name);
  const by = (factor: Name | "gate1" | "gate2"): [string, string] =>
    factor === "gate1" || factor === "gate2"
      ? [`\\mathrm{relu}'(s_${factor[4]})`, gate(factor === "gate1" ? 1 : 2)]
      : [texName(factor), number(factor)];
  const letters = pairs.map(([later, factor]) =>
    later === undefined ? by(factor)[0] : `${partial(later)}\\cdot ${by(factor)[0]}`,
  );
  const numbers = pairs.map(([later, factor]) =>
    later === undefined ? by(factor)[1] : `${slope(later)}\\cdot ${by(factor)[1]}`,
  );
  return `${partial(name)} = ${letters.join(" + ")} = ${numbers.join(" + ")} = ${slope(name)}`;
}
