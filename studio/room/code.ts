// A branch's settings as a program with `nabla`: it trains the same net in the same way and prints the same losses.
import type { LayerSpec, LayerType, RoomSettings, ScheduleName } from "./settings.ts";

const convolution = (maker: string, numbers: string, { kernel, stride }: LayerSpec): string => {
  const padding = stride === 1 ? '"same"' : String(Number(kernel) >> 1);
  return `${maker}(${numbers}, { ${stride === 1 ? "" : `stride: ${stride}, `}padding: ${padding} })`;
};

const TEXTS: Readonly<Partial<Record<LayerType, (layer: LayerSpec) => string>>> = {
  conv2d: (layer) => convolution("conv2d", `${layer["filters"]}, ${layer["kernel"]}`, layer),
  depthwiseConv2d: (layer) => convolution("depthwiseConv2d", `${layer["kernel"]}`, layer),
  maxPool2d: ({ size }) => `maxPool2d(${size})`,
  avgPool2d: ({ size }) => `avgPool2d(${size})`,
  linear: ({ units }) => `linear(${units})`,
  dropout: ({ share }) => `dropout(${share})`,
};

const layerText = (layer: LayerSpec): string => `nn.${TEXTS[layer.type]?.(layer) ?? `${layer.type}()`}`;

const FACTORS: Readonly<Record<ScheduleName, string | undefined>> = {
  constant: undefined,
  cosine: "optim.cosine({ warmup: 0.1 })",
  step: "optim.stepwise({ every: 1 / 3 })",
  exponential: "optim.exponential({ final: 0.01 })",
  oneCycle: "optim.oneCycle()",
};

function optimizerText({ optimizer, learningRate, schedule, momentum, weightDecay }: RoomSettings): string {
  const factor = FACTORS[schedule];
  const rate = factor === undefined ? String(learningRate) : `optim.scaled(${learningRate}, ${factor})`;
  const more = optimizer === "sgd" ? `, momentum: ${momentum}` : "";
  return `optim.${optimizer}({ lr: ${rate}${more}, weightDecay: ${weightDecay} })`;
}

/** What makes `train` and `validation`, and the imports it needs. */
function dataText(
  { source, images }: RoomSettings,
  [channels, height, width]: CodeData["shape"],
): { readonly imports: string; readonly lines: string } {
  const held = Math.ceil(images / 5);
  if (source === "digits") {
    return {
      imports: "",
      lines: `const { train, test: validation } = data.generateDigits({ train: ${images}, test: ${held} });`,
    };
  }
  const own =
    channels === 1
      ? '"mnist", { dataDir: "path/to/your/files" }'
      : `"path/to/your/pictures", { image: { channels: ${channels}, height: ${height}, width: ${width} } }`;
  return {
    imports: 'import { openDataSet } from "nabla/data/node";\n',
    lines: [
      `const set = await openDataSet(${source === "files" || source === "given" ? own : JSON.stringify(source)});`,
      `const train = data.takeFirst(set.train, ${images});`,
      `const validation = data.takeFirst(set.test, ${held});`,
    ].join("\n"),
  };
}

/** What the program must know of the data. */
export interface CodeData {
  readonly classes: readonly string[];
  readonly shape: readonly [channels: number, height: number, width: number];
}

export function codeOf(settings: RoomSettings, { classes, shape }: CodeData): string {
  const { layers, epochs, batchSize, seed, augment, labelSmoothing, clipNorm } = settings;
  const { imports, lines } = dataText(settings, shape);
  const options = [
    `optimizer: ${optimizerText(settings)},`,
    `...{ epochs: ${epochs}, batchSize: ${batchSize}, seed: ${seed} },`,
    ...(augment.length > 0 ? [`augment: data.makeAugmentations(${JSON.stringify(augment)}),`] : []),
    ...(labelSmoothing > 0 ? [`labelSmoothing: ${labelSmoothing},`] : []),
    ...(clipNorm > 0 ? [`clipNorm: ${clipNorm},`] : []),
    "stepsPerEvent: 1,",
  ];
  return `\
import { data, nn, optim } from "nabla";
${imports}import { fit } from "nabla/train";

${lines}
const net = nn.sequential(
${[...layers.map(layerText), `nn.linear(${classes.length})`].map((layer) => `  ${layer},\n`).join("")});
const run = fit(net, { train, validation }, {
${options.map((option) => `  ${option}\n`).join("")}});
for await (const event of run) {
  if (event.type === "step") console.log(event.step, event.loss, event.accuracy);
  if (event.type === "epoch") console.log(\`epoch \${event.epoch}: validation\`, event.validation);
}
`;
}
