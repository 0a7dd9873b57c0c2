// Packages that train in JavaScript and WASM as peers, if the folder NABLA_PEERS has them: jax-js and TensorFlow.js.
// Only what their WASM backends can do is asked of them: matrix products, and nets of linear layers.
import { dirname } from "node:path";
import type { NetSpec } from "../nets.ts";
import { loadPeer, peerPath } from "./load.ts";

/** A package that can be timed; its calls end when the work is done. */
export interface ScriptPeer {
  readonly name: string;
  /** A product of two square matrices. */
  makeSquare(side: number): Promise<() => Promise<unknown>>;
  /** A training step of a net, undefined if the package cannot train it. */
  makeStep(spec: NetSpec, batch: number): (() => Promise<unknown>) | undefined;
}

const randomNumbers = (count: number, scale = 1): Float32Array =>
  Float32Array.from({ length: count }, () => (Math.random() - 0.5) * 2 * scale);

/** Widths of a net of linear layers, its input first; undefined for any other net. */
function widthsOf({ input, layers }: NetSpec): number[] | undefined {
  if (layers.some(([name]) => name !== "linear" && name !== "relu")) return undefined;
  return [input[0]!, ...layers.flatMap(([name, out]) => (name === "linear" ? [out] : []))];
}

/** One-hot rows, flat. */
function oneHotRows(batch: number, classes: number): Float32Array {
  const rows = new Float32Array(batch * classes);
  for (let i = 0; i < batch; i++) rows[i * classes + Math.floor(Math.random() * classes)] = 1;
  return rows;
}

/** What is used of jax-js: arrays, consumed by use unless `ref` is taken. */
interface JaxArray {
  readonly ref: JaxArray;
  reshape(shape: readonly number[]): JaxArray;
  add(other: JaxArray): JaxArray;
  sub(other: JaxArray): JaxArray;
  mul(other: JaxArray | number): JaxArray;
  data(): Promise<Float32Array>;
}
type JaxStep = (w: JaxArray[], v: JaxArray[], x: JaxArray, y: JaxArray) => [JaxArray[], JaxArray[], JaxArray];
interface Jax {
  init(device: string): Promise<unknown>;
  defaultDevice(device: string): void;
  blockUntilReady(tree: unknown): Promise<unknown>;
  jit<F>(f: F): F;
  valueAndGrad<F>(f: F): (...args: readonly unknown[]) => [JaxArray, JaxArray[]];
  readonly tree: { ref<T>(tree: T): T };
  readonly nn: { relu(x: JaxArray): JaxArray; logSoftmax(x: JaxArray, axis: number): JaxArray };
  readonly numpy: {
    array(data: Float32Array): JaxArray;
    matmul(a: JaxArray, b: JaxArray): JaxArray;
    sum(x: JaxArray): JaxArray;
  };
}

function jaxStep(jax: Jax, spec: NetSpec, batch: number): (() => Promise<unknown>) | undefined {
  const widths = widthsOf(spec);
  const { lr, ...rest } = spec.optimizer(batch);
  if (widths === undefined || rest.name !== "sgd") return undefined;
  const momentum = "momentum" in rest ? (rest.momentum as number) : 0;
  const { numpy, nn } = jax;
  const make = (shape: readonly number[], scale: number) =>
    numpy
      .array(
        randomNumbers(
          shape.reduce((a, b) => a * b, 1),
          scale,
        ),
      )
      .reshape(shape);
  const shapes = widths.slice(1).flatMap((out, i) => [[widths[i]!, out], [out]]);
  const loss = (w: JaxArray[], x: JaxArray, y: JaxArray) => {
    let h = x;
    for (let i = 0; i < w.length; i += 2) {
      h = numpy.matmul(h, w[i]!).add(w[i + 1]!);
      if (i + 2 < w.length) h = nn.relu(h);
    }
    return numpy.sum(nn.logSoftmax(h, -1).mul(y)).mul(-1 / batch);
  };
  const step: JaxStep = jax.jit((w: JaxArray[], v: JaxArray[], x: JaxArray, y: JaxArray) => {
    const [value, slopes] = jax.valueAndGrad(loss)(jax.tree.ref(w), x, y);
    const next = v.map((old, i) => old.mul(momentum).add(slopes[i]!));
    return [w.map((old, i) => old.sub(next[i]!.ref.mul(lr))), next, value];
  });
  let w = shapes.map((shape) => make(shape, 1 / Math.sqrt(shape[0]!)));
  let v = shapes.map((shape) => make(shape, 0));
  const x = make([batch, widths[0]!], 1);
  const y = numpy.array(oneHotRows(batch, 10)).reshape([batch, 10]);
  return async () => {
    let value: JaxArray;
    [w, v, value] = step(w, v, x.ref, y.ref);
    await jax.blockUntilReady([w, v]);
    return value.data();
  };
}

async function openJax(): Promise<ScriptPeer | undefined> {
  const jax = loadPeer<Jax>("@jax-js/jax");
  if (jax === undefined) return undefined;
  await jax.init("wasm");
  jax.defaultDevice("wasm");
  return {
    name: "jax-js",
    async makeSquare(side) {
      const [a, b] = [0, 1].map(() => jax.numpy.array(randomNumbers(side * side)).reshape([side, side]));
      return () => jax.numpy.matmul(a!.ref, b!.ref).data();
    },
    makeStep: (spec, batch) => jaxStep(jax, spec, batch),
  };
}

/** What is used of TensorFlow.js. */
interface TfTensor {
  dataSync(): Float32Array;
  dispose(): void;
}
interface Tf {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  tensor(data: Float32Array, shape: readonly number[]): TfTensor;
  variable(x: TfTensor): TfTensor;
  matMul(a: TfTensor, b: TfTensor): TfTensor;
  add(a: TfTensor, b: TfTensor): TfTensor;
  relu(x: TfTensor): TfTensor;
  readonly losses: { softmaxCrossEntropy(labels: TfTensor, logits: TfTensor): TfTensor };
  readonly train: {
    sgd(lr: number): TfOptimizer;
    momentum(lr: number, momentum: number): TfOptimizer;
  };
}
interface TfOptimizer {
  minimize(f: () => TfTensor, returnCost: true, variables: TfTensor[]): TfTensor;
}

function tfStep(tf: Tf, spec: NetSpec, batch: number): (() => Promise<unknown>) | undefined {
  const widths = widthsOf(spec);
  const optimizer = spec.optimizer(batch);
  if (widths === undefined || optimizer.name !== "sgd") return undefined;
  const make = (shape: readonly number[], scale: number) =>
    tf.tensor(
      randomNumbers(
        shape.reduce((a, b) => a * b, 1),
        scale,
      ),
      shape,
    );
  const shapes = widths.slice(1).flatMap((out, i) => [[widths[i]!, out], [out]]);
  const w = shapes.map((shape) => tf.variable(make(shape, 1 / Math.sqrt(shape[0]!))));
  const x = make([batch, widths[0]!], 1);
  const y = tf.tensor(oneHotRows(batch, 10), [batch, 10]);
  const { lr, momentum } = optimizer;
  const rule = momentum === 0 ? tf.train.sgd(lr) : tf.train.momentum(lr, momentum);
  const forward = () => {
    let h = x;
    for (let i = 0; i < w.length; i += 2) {
      h = tf.add(tf.matMul(h, w[i]!), w[i + 1]!);
      if (i + 2 < w.length) h = tf.relu(h);
    }
    return tf.losses.softmaxCrossEntropy(y, h);
  };
  return async () => {
    const loss = rule.minimize(forward, true, w);
    loss.dataSync();
    loss.dispose();
  };
}

async function openTf(): Promise<ScriptPeer | undefined> {
  const backend = loadPeer<{ setWasmPaths(folder: string): void }>("@tensorflow/tfjs-backend-wasm");
  const tf = backend && loadPeer<Tf>("@tensorflow/tfjs");
  if (tf === undefined) return undefined;
  backend?.setWasmPaths(`${dirname(peerPath("@tensorflow/tfjs-backend-wasm"))}/`);
  await tf.setBackend("wasm");
  await tf.ready();
  return {
    name: "tfjs-wasm",
    async makeSquare(side) {
      const [a, b] = [0, 1].map(() => tf.tensor(randomNumbers(side * side), [side, side]));
      return async () => {
        const c = tf.matMul(a!, b!);
        c.dataSync();
        c.dispose();
      };
    },
    makeStep: (spec, batch) => tfStep(tf, spec, batch),
  };
}

/** The packages that are there; one line for each that is not. They run on one thread, as they do in Node. */
export async function scriptPeers(): Promise<ScriptPeer[]> {
  const found = [await openJax(), await openTf()];
  return found.filter((peer) => peer !== undefined);
}
