// The web worker a WASM thread lives in; its life is wasm-thread's business.
import { serveThread } from "./wasm-thread.ts";

const receive = serveThread((message) => postMessage(message));
addEventListener("message", (event) => receive(event.data));
