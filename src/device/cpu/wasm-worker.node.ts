// The Node worker a WASM thread lives in; its life is wasm-thread's business.
import { parentPort } from "node:worker_threads";
import { serveThread } from "./wasm-thread.ts";

const receive = serveThread((message) => parentPort?.postMessage(message));
parentPort?.on("message", receive);
