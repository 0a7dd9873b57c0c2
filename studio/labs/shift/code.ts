// The program that the lab of the shift hands out. Runs as it stands with `nabla`.
import { BATCH, FILTERS, HIDDEN, IMAGES, MEASURED, MOST_EPOCHS, RATES, REACH, VALIDATION } from "./nets.ts";

export const codeOf = (seed: number, epoch: number): string => `\
import { fit, nn, optim } from "nabla";
import { generateDigits, takeFirst } from "nabla/data";
import { shiftMap } from "nabla/explain";

const { train, test } = generateDigits({ train: ${IMAGES}, test: ${VALIDATION} });
const dense = nn.sequential(nn.flatten(), nn.linear(${HIDDEN}), nn.relu(), nn.linear(10));
const conv = nn.sequential(
  ...[nn.conv2d(${FILTERS[0]}, 5, { padding: "same" }), nn.relu(), nn.maxPool2d(2)],
  ...[nn.conv2d(${FILTERS[1]}, 5, { padding: "same" }), nn.relu(), nn.maxPool2d(2)],
  ...[nn.conv2d(${FILTERS[2]}, 5, { padding: "same" }), nn.relu(), nn.globalMaxPool2d()],
  ...[nn.flatten(), nn.linear(10)],
);
for (const [net, lr] of [[dense, ${RATES.dense}], [conv, ${RATES.conv}]] as const) {
  const run = fit(net, { train, validation: test }, {
    epochs: ${MOST_EPOCHS},
${
  epoch === 0
    ? ""
    : `    pauseAfter: ${epoch},
`
}    batchSize: ${BATCH},
    optimizer: optim.adamW({ lr }),
    seed: ${seed},
  });
  ${epoch === 0 ? "// Not trained yet." : 'for await (const event of run) if (event.type === "epoch") console.log(event.epoch, event.validation);'}
  const { accuracy } = await shiftMap(run.model, takeFirst(test, ${MEASURED}), { reach: ${REACH} });
  console.table(accuracy);
}
`;
