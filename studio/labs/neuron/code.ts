// The program that the lab of the dense neuron hands out. Runs as it stands with `nabla`.
import type { NetSettings } from "./compute.ts";
import { BATCH, HIDDEN, MOST_EPOCHS, type NetName, RATE } from "./nets.ts";

const NETS: Readonly<Record<NetName, string>> = {
  linear: "nn.sequential(nn.flatten(), nn.linear(10))",
  hidden: `nn.sequential(nn.flatten(), nn.linear(${HIDDEN}), nn.relu(), nn.linear(10))`,
};

/** `seen` is what the net was shown, 28 × 28 bytes; none where the pad is empty. */
export const codeOf = (
  { net, images, seed }: NetSettings,
  epoch: number,
  seen: Uint8Array | undefined,
): string => `\
import { evaluate, fit, nn, optim, predict } from "nabla";
import { generateDigits } from "nabla/data";

const { train, test } = generateDigits({ train: ${images}, test: 500 });
const run = fit(${NETS[net]}, { train, validation: test }, {
  epochs: ${MOST_EPOCHS},
${
  epoch === 0
    ? ""
    : `  pauseAfter: ${epoch},
`
}  batchSize: ${BATCH},
  optimizer: optim.adamW({ lr: ${RATE} }),
  seed: ${seed},
});
${epoch === 0 ? "// Not trained yet." : 'for await (const event of run) if (event.type === "epoch") console.log(event.epoch, event.validation);'}
console.log("accuracy", (await evaluate(run.model, test)).accuracy);
${seen === undefined ? "" : drawn(seen)}`;

const drawn = (seen: Uint8Array): string => `
// The drawing, pixel by pixel in hexadecimal.
const hex =
${hexLines(seen)};
const drawing = Uint8Array.from(hex.match(/../g)!, (byte) => Number.parseInt(byte, 16));
console.log((await predict(run.model, drawing))[0]);
`;

function hexLines(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex
    .match(/.{1,112}/g)!
    .map((line) => `  "${line}"`)
    .join(" +\n");
}
