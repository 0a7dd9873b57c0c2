// The package's `nabla/onnx`: models to and from ONNX files, as bytes. Runs in a browser. The only part of the engine with
// a dependency, pbf, which reads and writes protocol buffers.
export { MOST_BYTES } from "./decode.ts";
export { exportOnnx, type OnnxExportOptions, OPSET } from "./export.ts";
export { importOnnx, type OnnxImportOptions } from "./import.ts";
