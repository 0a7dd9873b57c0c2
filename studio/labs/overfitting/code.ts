// The program that the lab of overfitting hands out. Runs as it stands with `nabla`.
import { BATCH, MOST_EPOCHS, RATE, REQUESTS, type RunSettings, VALIDATION } from "./nets.ts";

export const codeOf = ({ images, hidden, augment, seed }: RunSettings, epoch: number): string => `\
import { evaluate, fit, nn, optim } from "nabla";
import { generateDigits, makeAugmentations } from "nabla/data";

const { train, test } = generateDigits({ train: ${images}, test: ${VALIDATION} });
const net = nn.sequential(nn.flatten(), ${hidden === 0 ? "" : `nn.linear(${hidden}), nn.relu(), `}nn.linear(10));
const run = fit(net, { train, validation: test }, {
  epochs: ${MOST_EPOCHS},
${
  epoch === 0
    ? ""
    : `  pauseAfter: ${epoch},
`
}  batchSize: ${BATCH},
  optimizer: optim.adamW({ lr: ${RATE} }),
  augment: makeAugmentations(${JSON.stringify(REQUESTS[augment])}),
  seed: ${seed},
});
console.log("epoch, loss and accuracy on the training images, the same on the validation images");
const tell = async (epoch: number): Promise<void> => {
  const [own, other] = [await evaluate(run.model, train), await evaluate(run.model, test)];
  console.log(epoch, own.loss, own.accuracy, other.loss, other.accuracy);
};
await tell(0);
${epoch === 0 ? "// Not trained yet." : 'for await (const event of run) if (event.type === "epoch") await tell(event.epoch);'}
`;
