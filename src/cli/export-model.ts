// Writes a saved model in another form: ONNX, weights alone, or a TypeScript program. Knows nothing of options.
import { basename, join, resolve } from "node:path";
import { atomicWrite } from "../data/index.node.ts";
import { exportOnnx } from "../onnx/index.ts";
import { MODEL_FILE } from "../train/index.node.ts";
import { encodeModel, type Model } from "../train/index.ts";
import { ONNX_FILE } from "./load-saved.ts";
import { readsDigits } from "./read-picture.ts";

/** Forms a model can be written in. */
export const FORMATS = ["onnx", "safetensors", "typescript"] as const;
export type Format = (typeof FORMATS)[number];

/** A model to be written: what it is called, and where to. */
export interface Export {
  readonly model: Model;
  readonly name: string;
  readonly out: string;
  /** What an ONNX model takes. */
  readonly input: "uint8" | "float32";
}

/** Where a model goes unless told: a file, or for TypeScript a folder, named after the run, in the working folder. */
export function usualOut(run: string, format: Format): string {
  const name = basename(resolve(run)).replace(/\.(onnx|safetensors)$/, "");
  return format === "typescript" ? `${name}-typescript` : `${name}.${format}`;
}

/** Writes the model; gives the paths of the files. */
export async function writeModel(format: Format, { model, name, out, input }: Export): Promise<string[]> {
  if (format === "typescript") return writeProgram(model, name, out);
  await atomicWrite(out, format === "onnx" ? await exportOnnx(model, { input }) : await encodeModel(model));
  return [out];
}

async function writeProgram(model: Model, name: string, folder: string): Promise<string[]> {
  const [program, weights] = [join(folder, "net.mts"), join(folder, model.zoo ? MODEL_FILE : ONNX_FILE)];
  await atomicWrite(weights, model.zoo ? await encodeModel(model) : await exportOnnx(model));
  await atomicWrite(program, programText(model, name));
  return [program, weights];
}

const quoted = (value: unknown): string => JSON.stringify(value);

/** A text within a comment: on one line. */
const inComment = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ");

/** How a program gets its model: imports, and the lines that load it. */
function loading({ zoo, shape, classes }: Model): { imports: string; lines: string } {
  if (zoo === undefined) {
    return {
      imports: 'import { importOnnx } from "nabla/onnx";\nimport { predict } from "nabla/train";',
      lines: "export const model = await importOnnx(bytes);",
    };
  }
  const options = `{ classes: ${classes.length}, shape: ${quoted(shape)} }`;
  return {
    imports: 'import { nn } from "nabla";\nimport { decodeModel, predict } from "nabla/train";',
    lines:
      `const net = nn.zoo[${quoted(zoo)}]!(${options});\n` +
      'export const model = await decodeModel(bytes, "model.safetensors", net);',
  };
}

/** A program that rebuilds the model from the file beside it, and reads the pictures it is given. */
function programText(model: Model, name: string): string {
  const [channels, height, width] = model.shape;
  const isDigits = readsDigits(model);
  const { imports, lines } = loading(model);
  const read = isDigits
    ? "readDigit(path)"
    : `decodeImage(path, { channels: ${channels === 1 ? 1 : 3}, height: ${height}, width: ${width} })`;
  return `// The network of ${inComment(name)}, rebuilt from the weights beside this file.
// To see what it makes of pictures: npx tsx net.mts picture.png …
import { readFileSync } from "node:fs";
import { ${isDigits ? "readDigit" : "decodeImage"} } from "nabla/data/node";
${imports}

const bytes = readFileSync(new URL(${quoted(model.zoo ? MODEL_FILE : ONNX_FILE)}, import.meta.url));
${lines}

/** The likeliest class of each image, and how likely it is; images are bytes [N, ${channels}, ${height}, ${width}]. */
export async function classify(images: Uint8Array): Promise<{ label: string; probability: number }[]> {
  const rows = await predict(model, images);
  return rows.map((row) => {
    const best = row.indexOf(Math.max(...row));
    return { label: model.classes[best]!, probability: row[best]! };
  });
}

for (const path of process.argv.slice(2)) {
  const [found] = await classify(await ${read});
  console.log(\`\${path}  \${found!.label}  \${(100 * found!.probability).toFixed(1)} %\`);
}
`;
}
