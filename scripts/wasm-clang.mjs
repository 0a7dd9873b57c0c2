// A thread that compiles C to WASM with a clang that is itself WASM: one job's commands, one after another, where each
// may read what those before it wrote. Knows nothing of which sources or flags there are.
import { parentPort, workerData } from "node:worker_threads";
import { runClang, runLLVM } from "@yowasp/clang";

/** The files as the nested folders that this clang wants. */
function treeOf(files) {
  const tree = {};
  for (const [path, content] of files) {
    const parts = path.split("/");
    let folder = tree;
    for (const part of parts.slice(0, -1)) {
      folder[part] ??= {};
      folder = folder[part];
    }
    folder[parts.at(-1)] = content;
  }
  return tree;
}

const { sources, commands } = workerData;
const files = new Map(sources);
const said = [];
const listen = (bytes) => void (bytes && said.push(Buffer.from(bytes)));
const outputs = new Map();
let failure;
try {
  await runLLVM(undefined, {}, { fetchProgress: () => {} }); // loads the compiler without reporting it
  for (const { args, output } of commands) {
    const written = await runClang(["clang", ...args, "-o", output], treeOf(files), {
      stderr: listen,
      stdout: listen,
    });
    files.set(output, written[output]);
    outputs.set(output, written[output]);
  }
} catch (error) {
  failure = `clang failed. ${error.message ?? error}`;
}
parentPort.postMessage({ outputs, failure, said: Buffer.concat(said).toString() });
