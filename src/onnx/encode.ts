// Writes an ONNX model as protocol buffer bytes. Knows the format's field numbers and nothing of nets.
// Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
import { PbfWriter } from "pbf";
import {
  ELEMENTS,
  type OnnxAttribute,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from "./model.ts";

// Of onnx 1.12, which opset 17 came with.
const IR_VERSION = 8;
const KINDS = { float: 1, int: 2, text: 3, tensor: 4, floats: 6, ints: 7 } as const;

/** The bytes of a model. */
export function encodeOnnx(model: OnnxModel): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, IR_VERSION);
  pbf.writeStringField(2, model.producer);
  pbf.writeMessage(8, (opset: number, p: PbfWriter) => p.writeVarintField(2, opset), model.opset);
  for (const [key, value] of Object.entries(model.metadata)) pbf.writeMessage(14, writeText, { key, value });
  // Last, so that a file that was cut short anywhere is no model.
  pbf.writeMessage(7, writeGraph, model);
  return pbf.finish();
}

function writeText({ key, value }: { key: string; value: string }, pbf: PbfWriter): void {
  pbf.writeStringField(1, key);
  pbf.writeStringField(2, value);
}

function writeGraph({ nodes, constants, inputs, outputs }: OnnxModel, pbf: PbfWriter): void {
  for (const node of nodes) pbf.writeMessage(1, writeNode, node);
  pbf.writeStringField(2, "net");
  for (const constant of constants) pbf.writeMessage(5, writeTensor, constant);
  for (const input of inputs) pbf.writeMessage(11, writeValue, input);
  for (const output of outputs) pbf.writeMessage(12, writeValue, output);
}

function writeNode({ inputs, outputs, name, type, domain, attributes }: OnnxNode, pbf: PbfWriter): void {
  for (const input of inputs) pbf.writeStringField(1, input);
  for (const output of outputs) pbf.writeStringField(2, output);
  pbf.writeStringField(3, name);
  pbf.writeStringField(4, type);
  if (domain !== "") pbf.writeStringField(7, domain);
  for (const [key, value] of Object.entries(attributes)) pbf.writeMessage(5, writeAttribute, { key, value });
}

function writeAttribute({ key, value }: { key: string; value: OnnxAttribute }, pbf: PbfWriter): void {
  pbf.writeStringField(1, key);
  if ("float" in value) pbf.writeFloatField(2, value.float);
  if ("int" in value) pbf.writeVarintField(3, value.int);
  if ("text" in value) pbf.writeStringField(4, value.text);
  if ("tensor" in value) pbf.writeMessage(5, writeTensor, value.tensor);
  if ("floats" in value) for (const float of value.floats) pbf.writeFloatField(7, float);
  if ("ints" in value) for (const int of value.ints) pbf.writeVarintField(8, int);
  pbf.writeVarintField(20, KINDS[Object.keys(value)[0] as keyof typeof KINDS]);
}

function writeTensor({ name, type, shape, data }: OnnxTensor, pbf: PbfWriter): void {
  for (const size of shape) pbf.writeVarintField(1, size);
  pbf.writeVarintField(2, ELEMENTS[type]);
  pbf.writeStringField(8, name);
  pbf.writeBytesField(9, rawBytes(data, type));
}

/** The elements as the format wants them: little-endian, in their own width. */
function rawBytes(data: OnnxTensor["data"], type: OnnxTensor["type"]): Uint8Array {
  const widths: Partial<Record<OnnxTensor["type"], number>> = { float32: 4, int32: 4, int64: 8, float64: 8 };
  const width = widths[type] ?? 1;
  const bytes = new Uint8Array(data.length * width);
  const view = new DataView(bytes.buffer);
  data.forEach((value, i) => {
    if (type === "float32") view.setFloat32(4 * i, value, true);
    else if (type === "float64") view.setFloat64(8 * i, value, true);
    else if (type === "int32") view.setInt32(4 * i, value, true);
    else if (type === "int64") view.setBigInt64(8 * i, BigInt(value), true);
    else bytes[i] = value;
  });
  return bytes;
}

function writeValue({ name, type, shape }: OnnxValue, pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  pbf.writeMessage(
    2,
    (_: undefined, outer: PbfWriter) =>
      outer.writeMessage(
        1,
        (__: undefined, inner: PbfWriter) => {
          inner.writeVarintField(1, ELEMENTS[type]);
          inner.writeMessage(2, writeShape, shape);
        },
        undefined,
      ),
    undefined,
  );
}

function writeShape(shape: OnnxValue["shape"], pbf: PbfWriter): void {
  for (const size of shape) {
    pbf.writeMessage(
      1,
      (one: number | string, p: PbfWriter) =>
        typeof one === "number" ? p.writeVarintField(1, one) : p.writeStringField(2, one),
      size,
    );
  }
}
