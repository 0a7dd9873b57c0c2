// Every micro-operation against double-precision Math, element by element, with the error in units in the last place.
import { expect, it } from "vitest";
import { onEveryHost } from "./hosts.ts";
import { numbers, type Rig, simpleMap, ulps } from "./rig.ts";

const SPECIAL = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  Infinity,
  -Infinity,
  NaN,
  1e-40,
  -1e-40,
  1e-38,
  3.4e38,
  -3.4e38,
  2,
  3,
  -2,
  -3,
];

function erf(x: number): number {
  // Taylor below 3, the continued fraction of erfc above; both good to double precision there.
  if (Math.abs(x) > 6) return Math.sign(x);
  if (Math.abs(x) < 3) {
    let term = x;
    let sum = x;
    for (let n = 1; n < 120; n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  const a = Math.abs(x);
  let tail = 0;
  for (let k = 80; k > 0; k--) tail = k / 2 / (a + tail);
  return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + tail));
}

const half = (x: number) => {
  const down = Math.floor(x);
  if (x - down !== 0.5) return Math.round(x);
  return down % 2 === 0 ? down : down + 1;
};
const keepSign = (x: number, y: number) => (y === 0 && (x < 0 || Object.is(x, -0)) ? -0 : y);

type Unary = [(x: number) => number, low: number, high: number, bound: number];
const UNARY: Record<string, Unary> = {
  move: [(x) => x, -5, 5, 0],
  neg: [(x) => -x, -5, 5, 0],
  abs: [Math.abs, -5, 5, 0],
  sign: [Math.sign, -5, 5, 0],
  floor: [Math.floor, -50, 50, 0],
  ceil: [Math.ceil, -50, 50, 0],
  round: [(x) => keepSign(x, half(x)), -50, 50, 0],
  sqrt: [Math.sqrt, 0, 1e6, 0.5001],
  rsqrt: [(x) => 1 / Math.sqrt(x), 1e-6, 1e6, 1.5],
  reciprocal: [(x) => 1 / x, -9, 9, 0.5001],
  square: [(x) => x * x, -9, 9, 0.5001],
  exp: [Math.exp, -110, 89, 1.5],
  expm1: [Math.expm1, -20, 89, 2.5],
  log: [Math.log, 1e-6, 1e6, 1.5],
  log1p: [Math.log1p, -0.999, 100, 2.5],
  sin: [Math.sin, -1e5, 1e5, 1.5],
  cos: [Math.cos, -1e5, 1e5, 1.5],
  tanh: [Math.tanh, -10, 10, 2],
  sigmoid: [(x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))), -100, 100, 3],
  softplus: [(x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), -100, 100, 3],
  erf: [erf, -5, 5, 2],
  relu: [(x) => Math.max(x, 0), -5, 5, 0],
};

const TRIGONOMETRIC = new Set(["sin", "cos"]);

type Binary = [(x: number, y: number) => number, bound: number];
const nan = (x: number, y: number) => Number.isNaN(x) || Number.isNaN(y);
const BINARY: Record<string, Binary> = {
  add: [(x, y) => x + y, 0.5001],
  sub: [(x, y) => x - y, 0.5001],
  mul: [(x, y) => x * y, 0.5001],
  div: [(x, y) => x / y, 0.5001],
  max: [(x, y) => (nan(x, y) ? NaN : Math.max(x, y)), 0],
  min: [(x, y) => (nan(x, y) ? NaN : Math.min(x, y)), 0],
  atan2: [(y, x) => Math.atan2(y, x), 3],
  // C's pow, unlike Math.pow, makes 1 of 1^y and (-1)^±∞.
  pow: [(x, y) => (x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y), 1],
};

const COMPARE: Record<string, (x: number, y: number) => boolean> = {
  lt: (x, y) => x < y,
  le: (x, y) => x <= y,
  eq: (x, y) => x === y,
  ne: (x, y) => x !== y,
};

const INTS = [0, 1, -1, 2, -2, 3, 7, -7, 100, -100, 2147483647, -2147483648, 65536, 12345678];
const floorDivide = (x: number, y: number) => (y === 0 ? 0 : Math.floor(x / y) | 0);
const INT: Record<string, (x: number, y: number) => number> = {
  iadd: (x, y) => (x + y) | 0,
  isub: (x, y) => (x - y) | 0,
  imul: Math.imul,
  idiv: floorDivide,
  imod: (x, y) => (y === 0 ? 0 : (x - Math.imul(floorDivide(x, y), y)) | 0),
  imax: Math.max,
  imin: Math.min,
  ineg: (x) => -x | 0,
  isign: (x) => Math.sign(x),
  iabs: (x) => Math.abs(x) | 0,
  ilt: (x, y) => Number(x < y),
  ile: (x, y) => Number(x <= y),
  ieq: (x, y) => Number(x === y),
  ine: (x, y) => Number(x !== y),
  ito_bool: (x) => Number(x !== 0),
};

const pairs = <T>(values: readonly T[]): [T[], T[]] => [
  values.flatMap((x) => values.map(() => x)),
  values.flatMap(() => values),
];

async function runOne(
  rig: Rig,
  opcode: string,
  inputs: ArrayLike<number>[],
  from: "float32" | "int32",
  to = from,
) {
  const arrays = inputs.map((values) => rig.put(from, values));
  const out = rig.blank(to, inputs[0]!.length);
  await rig.run([{ kernel: "map", map: simpleMap(opcode, arrays, out) }]);
  return { got: rig.get(out), inputs: arrays.map((array) => rig.get(array)) };
}

/** The worst error over all elements, with the case that has it. */
function worst(got: ArrayLike<number>, inputs: ArrayLike<number>[], exact: (x: number, y: number) => number) {
  let bad = { error: 0, at: [] as number[], got: 0, exact: 0 };
  for (let i = 0; i < got.length; i++) {
    const at = inputs.map((values) => values[i]!);
    const value = exact(at[0]!, at[1] ?? 0);
    const error = ulps(got[i]!, value);
    if (!(error <= bad.error)) bad = { error, at, got: got[i]!, exact: value };
  }
  return bad;
}

onEveryHost("micro-operations", (rig) => {
  for (const [opcode, [exact, low, high, bound]] of Object.entries(UNARY)) {
    it(`${opcode} is within ${bound} ulp`, async () => {
      const x = [
        // The sine of 3.4e38 is not held to anything.
        ...SPECIAL.filter((v) => !TRIGONOMETRIC.has(opcode) || !(Math.abs(v) > 1e30 && Number.isFinite(v))),
        ...numbers(20000, low, high),
        ...numbers(2000, -1, 1, 7),
        ...numbers(500, -1e-3, 1e-3, 9),
      ];
      const { got, inputs } = await runOne(rig(), opcode, [x], "float32");
      const bad = worst(got, inputs, exact);
      expect(bad.error, JSON.stringify(bad)).toBeLessThanOrEqual(bound);
    });
  }

  for (const [opcode, [exact, bound]] of Object.entries(BINARY)) {
    it(`${opcode} is within ${bound} ulp`, async () => {
      const [xs, ys] = pairs(SPECIAL);
      const x = [...xs, ...numbers(5000, -9, 9), ...numbers(5000, 0, 30, 3)];
      const y = [...ys, ...numbers(5000, -9, 9, 2), ...numbers(5000, -20, 20, 4)];
      const { got, inputs } = await runOne(rig(), opcode, [x, y], "float32");
      const bad = worst(got, inputs, exact);
      expect(bad.error, JSON.stringify(bad)).toBeLessThanOrEqual(bound);
    });
  }

  for (const [opcode, exact] of Object.entries(COMPARE)) {
    it(`${opcode} gives 0 or 1`, async () => {
      const { got, inputs } = await runOne(rig(), opcode, pairs(SPECIAL), "float32", "int32" as "float32");
      const expected = Array.from(got, (_, i) => Number(exact(inputs[0]![i]!, inputs[1]![i]!)));
      expect(Array.from(got)).toEqual(expected);
    });
  }

  for (const [opcode, exact] of Object.entries(INT)) {
    it(`${opcode} is exact`, async () => {
      const { got, inputs } = await runOne(rig(), opcode, pairs(INTS), "int32");
      const expected = Array.from(got, (_, i) => exact(inputs[0]![i]!, inputs[1]![i]!) | 0);
      expect(Array.from(got)).toEqual(expected);
    });
  }

  it("converts, tests and selects", async () => {
    const x = [0, -0, 1.9, -1.9, NaN, Infinity, -Infinity, 3e9, -3e9, 2147483520, 0.5];
    const toInt = await runOne(rig(), "to_int", [x], "float32", "int32" as "float32");
    expect(Array.from(toInt.got)).toEqual([
      0, 0, 1, -1, 0, 2147483647, -2147483648, 2147483647, -2147483648, 2147483520, 0,
    ]);
    const toBool = await runOne(rig(), "to_bool", [x], "float32", "int32" as "float32");
    expect(Array.from(toBool.got)).toEqual([0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
    const isnan = await runOne(rig(), "isnan", [x], "float32", "int32" as "float32");
    expect(Array.from(isnan.got)).toEqual(x.map((v) => Number(Number.isNaN(v))));
    const toFloat = await runOne(rig(), "to_float", [INTS], "int32", "float32" as "int32");
    expect(Array.from(toFloat.got)).toEqual(INTS.map(Math.fround));
    const select = await runOne(
      rig(),
      "select",
      [
        [1, 0, -5, 0],
        [1, 2, 3, 4],
        [5, 6, 7, 8],
      ],
      "int32",
    );
    expect(Array.from(select.got)).toEqual([1, 6, 3, 8]);
    const logic = pairs([0, 1]);
    expect(Array.from((await runOne(rig(), "and", logic, "int32")).got)).toEqual([0, 0, 0, 1]);
    expect(Array.from((await runOne(rig(), "or", logic, "int32")).got)).toEqual([0, 1, 1, 1]);
    expect(Array.from((await runOne(rig(), "not", [[0, 1]], "int32")).got)).toEqual([1, 0]);
  });

  it.each([
    ["fma", (x: number, y: number, z: number) => x * y + z],
    ["fms", (x: number, y: number, z: number) => x * y - z],
    ["fnma", (x: number, y: number, z: number) => z - x * y],
  ] as const)("%s multiplies and adds", async (opcode, exact) => {
    const [x, y, z] = [numbers(100, -3, 3), numbers(100, -3, 3, 2), numbers(100, -3, 3, 3)];
    const { got } = await runOne(rig(), opcode, [x, y, z], "float32");
    for (let i = 0; i < 100; i++) expect(got[i]).toBeCloseTo(exact(x[i]!, y[i]!, z[i]!), 5);
  });
});
