// The lab's training and tuning curves as a program of one's own.
import { BATCH, FILTER_SIDE, FILTERS, IMAGES, MOST_EPOCHS } from "./geometry.ts";

/** Prints, for each filter after so many passes, its selectivity and the angle it answers best. */
export const codeOf = (seed: number, epochs: number): string => `\
import { conv2d, fit, nn, optim, tensor } from "nabla";
import { generateDigits } from "nabla/data";
import { normalizeImages } from "nabla/train";

const first = nn.conv2d(${FILTERS}, ${FILTER_SIDE}, { weightInit: nn.init.normal(0, 0.01) });
const net = nn.sequential(first, nn.relu(), nn.maxPool2d(2), nn.flatten(), nn.linear(10));
const { train } = generateDigits({ train: ${IMAGES}, test: 10, seed: 1 });
const run = fit(net, { train }, {
  epochs: ${MOST_EPOCHS}, batchSize: ${BATCH}, seed: ${seed}, validation: 0, optimizer: optim.adamW({ lr: 0.01 }),
});
for (let epochs = ${epochs}; epochs > 0; ) {
  const { value } = await run.next();
  if (value && "type" in value && value.type === "epoch") epochs--;
}

function bar(angle: number): number[] {
  const [dx, dy] = [Math.cos((angle * Math.PI) / 180), -Math.sin((angle * Math.PI) / 180)];
  const cover = (distance: number) => Math.min(1, Math.max(0, 0.5 - distance));
  return Array.from({ length: 784 }, (_, i) => {
    const [x, y] = [(i % 28) - 13.5, Math.floor(i / 28) - 13.5];
    const along = cover(Math.abs(x * dx + y * dy) - 10);
    return Math.round(255 * along * cover(Math.abs(x * dy - y * dx) - 1.5));
  });
}

const angles = Array.from({ length: 36 }, (_, i) => 5 * i);
const black = new Array<number>(784).fill(0);
const images = tensor([...angles.flatMap(bar), ...black], { shape: [37, 784] });
const { weight, bias } = first.parameters!;
const maps = conv2d(normalizeImages(images, run.model), weight!).add(bias!.reshape(1, ${FILTERS}, 1, 1)).relu();
const all = maps.max([2, 3]);
const answers = all.slice([0, 36]).sub(all.slice([36, 37])); // [angles, filters]

const turned = tensor(angles.map((angle) => (2 * Math.PI * angle) / 180), { shape: [36, 1] });
const [x, y] = [answers.mul(turned.cos()).sum(0), answers.mul(turned.sin()).sum(0)];
const selectivity = x.square().add(y.square()).sqrt().div(answers.sum(0).maximum(1e-12));
console.log("selectivity", await selectivity.toArray());
console.log("best angle", (await answers.argmax(0).data()).map((place) => 5 * place));
await run.return(undefined as never);
`;
