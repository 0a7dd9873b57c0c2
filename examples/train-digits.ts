// The API in ten lines, on digits that the package draws itself: npx tsx examples/train-digits.ts [images]
import { data, evaluate, fit, nn } from "nabla";

const train = Number(process.argv[2] ?? 20_000);
const digits = data.generateDigits({ train, test: train / 5 });
const net = nn.sequential(
  ...[nn.conv2d(16, 5, { padding: "same" }), nn.relu(), nn.maxPool2d(2)],
  ...[nn.conv2d(32, 5, { padding: "same" }), nn.relu(), nn.maxPool2d(2)],
  ...[nn.flatten(), nn.dropout(0.25), nn.linear(128), nn.relu(), nn.linear(10)],
);

const run = fit(net, digits, { epochs: 3, seed: 1 });
for await (const event of run) {
  if (event.type === "epoch")
    console.log(`epoch ${event.epoch}: validation accuracy ${event.validation?.accuracy}`);
}
const { accuracy, count } = await evaluate(run.model, digits.test);
console.log(`test: ${accuracy} of ${count} images read right`);
