// The program that the lab of overfitting hands out. Runs as it stands with `nabla`.
import { BATCH, MOST_EPOCHS, RATE, REQUESTS, type RunSettings, VALIDATION } from "./nets.ts";

export const codeOf = ({ images, hidden, augment, seed }: RunSettings, epoch: number): string => `\
import { evaluate, fit, nn, optim } from "nabla";
import { generateDigits, makeAugmentations } from "nabla/data";

const { train, test } = generateDigits({ train: ${images}, test: ${VALIDATION} });
const net = nn.sequential(nn.flatten(), ${hidden === 0 ? "" : `nn.linear(${hidden}), nn.relu(), `}nn.linear(10));
const run = fit(net, { train, validation: test }, {
  epochs: ${MOST_EPOCHS},
  pauseAfter: ${epoch},
  batchSize: ${BATCH},
  optimizer: optim.adamW({ lr: ${RATE} }),
  augment: makeAugmentations(${JSON.stringify(REQUESTS[augment])}),
  seed: ${seed},
});
console.log("epoch, loss and accuracy on the training images, the same on the validation images");
for await (const event of run) {
  if (event.type !== "epoch") continue;
  const own = await evaluate(run.model, train);
  console.log(event.epoch, own.loss, own.accuracy, event.validation!.loss, event.validation!.accuracy);
}
`;
