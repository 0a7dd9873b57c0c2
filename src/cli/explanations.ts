// What `nabla explain` can tell: each method from a model (and an image or a data set) to one picture, lines of figures and
// a record. Knows nothing of files, nor of how an option is typed.
import { ConfigError } from "../base/errors.ts";
import { countOf, type ImageSet } from "../data/index.ts";
import {
  type ColourPicture,
  type CurvePoint,
  colourPicture,
  featureMaps,
  filters,
  gradCam,
  maximize,
  type Numbers,
  noiseCurve,
  occlusion,
  rotationCurve,
  saliency,
  shiftMap,
  templates,
  tilePictures,
} from "../explain/index.ts";
import { type Model, predict } from "../train/index.ts";
import { alignColumns } from "./render/lines.ts";
import { formatCount, formatLoss, formatPercent } from "./render/numbers.ts";

/** What is explained: options that were left out are undefined. */
export interface ExplainRequest {
  readonly model: Model;
  /** One image as bytes, opened when a method asks for it. */
  readonly image: () => Promise<Uint8Array>;
  /** The data set, opened when a method asks for it. */
  readonly set: () => Promise<ImageSet>;
  readonly class?: number | undefined;
  readonly layer?: string | undefined;
  readonly channel?: number | undefined;
  /** Side of the square that occludes, in pixels. */
  readonly patch?: number | undefined;
  readonly steps?: number | undefined;
  readonly reach?: number | undefined;
}

/** What a method tells. Curves are figures alone. */
export interface Explanation {
  readonly picture?: ColourPicture;
  readonly lines: readonly string[];
  readonly record: Readonly<Record<string, unknown>>;
}

type Method = (request: ExplainRequest) => Promise<Explanation>;

const plainNumbers = ({ shape, data }: Numbers) => ({ shape, values: Array.from(data) });

/** Row i of numbers [N, …] as numbers […]. */
function rowOf({ shape, data }: Numbers, i: number): Numbers {
  const size = data.length / shape[0]!;
  return { shape: shape.slice(1), data: data.subarray(i * size, (i + 1) * size) };
}

const imagePicture = ({ shape }: Model, bytes: Uint8Array): ColourPicture =>
  colourPicture({ shape, data: Float32Array.from(bytes, (byte) => byte / 255) }, { scale: "pixels" });

/** The image beside what was found, and what the model reads in it. */
async function beside(request: ExplainRequest, heat: ColourPicture, index: number): Promise<Explanation> {
  const bytes = await request.image();
  const { model } = request;
  const [probabilities] = (await predict(model, bytes)) as [number[]];
  const label = model.classes[index]!;
  return {
    picture: tilePictures([imagePicture(model, bytes), heat], { columns: 2 }),
    lines: [`class ${label}, probability ${formatPercent(probabilities[index]!)}`],
    record: { class: index, label, probability: probabilities[index] },
  };
}

const explainSaliency: Method = async (request) => {
  const { magnitude, gradient, classes } = await saliency(request.model, await request.image(), {
    class: request.class,
  });
  const shown = await beside(request, colourPicture(rowOf(magnitude, 0)), classes[0]!);
  return { ...shown, record: { ...shown.record, gradient: plainNumbers(rowOf(gradient, 0)) } };
};

const explainOcclusion: Method = async (request) => {
  const found = await occlusion(request.model, await request.image(), {
    ...(request.class !== undefined && { class: request.class }),
    ...(request.patch !== undefined && { size: request.patch }),
  });
  const shown = await beside(request, colourPicture(found.heat, { scale: "signed" }), found.class);
  const { data, shape } = found.drops;
  const worst = data.indexOf(Math.max(...data));
  const place = [Math.floor(worst / shape[1]!), worst % shape[1]!].map((index) => index * found.stride);
  const line = `a square of ${found.size} pixels costs ${formatPercent(data[worst]!)} at row ${place[0]}, column ${place[1]}`;
  const record = {
    ...shown.record,
    size: found.size,
    stride: found.stride,
    drops: plainNumbers(found.drops),
  };
  return { ...shown, lines: [...shown.lines, line], record };
};

const explainGradCam: Method = async (request) => {
  const { layer, heat, map, classes } = await gradCam(request.model, await request.image(), {
    ...(request.layer !== undefined && { layer: request.layer }),
    class: request.class,
  });
  const shown = await beside(request, colourPicture(rowOf(heat, 0)), classes[0]!);
  const record = { ...shown.record, layer, map: plainNumbers(rowOf(map, 0)) };
  return { ...shown, lines: [...shown.lines, `seen by layer ${layer}`], record };
};

// More channels than these tell no more on a screen.
const MOST_SHOWN = 64;

const channelsOf = (numbers: Numbers): Numbers[] =>
  Array.from({ length: Math.min(MOST_SHOWN, numbers.shape[0]!) }, (_, i) => rowOf(numbers, i));

const explainFeatures: Method = async ({ model, image, layer }) => {
  const all = await featureMaps(model, await image());
  const chosen = layer === undefined ? all : all.filter((map) => map.layer === layer);
  if (chosen.length === 0) {
    throw new ConfigError(
      `explain: there is no layer "${layer}". The layers are ${all.map((map) => map.layer).join(", ")}.`,
    );
  }
  const spatial = chosen.filter(({ shape }) => shape.length === 3);
  const rows = spatial.map((map) => tilePictures(channelsOf(map).map((channel) => colourPicture(channel))));
  const table = chosen.map(({ layer: name, type, shape, data }) => {
    const least = data.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);
    const most = data.reduce((high, value) => Math.max(high, value), Number.NEGATIVE_INFINITY);
    return [name || "net", type, shape.join("×"), least.toPrecision(3), most.toPrecision(3)];
  });
  return {
    ...(rows.length > 0 && { picture: tilePictures(rows, { columns: 1, gap: 3 }) }),
    lines: alignColumns([["layer", "type", "output", "least", "greatest"], ...table], new Set([2, 3, 4])),
    record: { layers: chosen.map(({ layer: name, type, shape }) => ({ layer: name, type, shape })) },
  };
};

const greatest = ({ data }: Numbers): number =>
  data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** Weights [out, in, KH, KW] on one signed scale: a row for each of the first outputs. */
function weightPicture(weights: Numbers): ColourPicture {
  const options = { scale: "signed", most: greatest(weights) } as const;
  const outputs = channelsOf(weights);
  const isSingle = weights.shape[1] === 1;
  const drawn = outputs.flatMap((output) => channelsOf(output).map((plane) => colourPicture(plane, options)));
  return tilePictures(drawn, isSingle ? {} : { columns: drawn.length / outputs.length });
}

const explainFilters: Method = async ({ model, layer }) => {
  const found = await filters(model, layer);
  const line = `layer ${found.layer}: ${found.shape.join("×")}, from ${(-greatest(found)).toPrecision(3)} (red) to ${greatest(found).toPrecision(3)} (blue)`;
  return {
    picture: weightPicture(found),
    lines: [line],
    record: { layer: found.layer, ...plainNumbers(found) },
  };
};

const explainTemplates: Method = async ({ model }) => {
  const found = await templates(model);
  const line = `layer ${found.layer}: ${formatCount(found.shape[0]!)} templates, up to ±${greatest(found).toPrecision(3)}`;
  return { picture: weightPicture(found), lines: [line], record: { layer: found.layer, shape: found.shape } };
};

const explainMaximum: Method = async ({ model, layer, channel, class: wish, steps }) => {
  const isNet = layer === undefined;
  const chosen = isNet ? (wish ?? channel) : channel;
  const channels = chosen === undefined && isNet ? model.classes.map((_, index) => index) : [chosen ?? 0];
  const found = [];
  for (const each of channels) {
    found.push(
      await maximize(model, {
        channel: each,
        ...(layer !== undefined && { layer }),
        ...(steps !== undefined && { steps }),
      }),
    );
  }
  const what = (each: number) => (isNet ? `class ${model.classes[each]}` : `layer ${layer}, channel ${each}`);
  const lines = found.map(({ channel: each, activations }) => {
    return `${what(each)}: from ${activations[0]!.toPrecision(3)} to ${activations.at(-1)!.toPrecision(4)}`;
  });
  const reached = found.map(({ channel: each, activations }) => ({
    channel: each,
    activation: activations.at(-1),
  }));
  const pictures = found.map(({ image }) => colourPicture(image, { scale: "pixels" }));
  return { picture: tilePictures(pictures), lines, record: { layer: layer ?? "", reached } };
};

const explainShift: Method = async ({ model, set, reach }) => {
  const images = await set();
  const found = await shiftMap(model, images, reach === undefined ? {} : { reach });
  const size = 2 * found.reach + 1;
  const offsets = Array.from({ length: size }, (_, i) => String(i - found.reach));
  const rows = found.accuracy.map((row, i) => [offsets[i]!, ...row.map((value) => (100 * value).toFixed(1))]);
  const table = alignColumns(
    [["dy \\ dx", ...offsets], ...rows],
    new Set(Array.from({ length: size + 1 }, (_, i) => i)),
  );
  const data = Float32Array.from(found.accuracy.flat());
  return {
    picture: colourPicture({ shape: [size, size], data }),
    lines: [
      `accuracy in %, ${formatCount(found.count)} images moved right by dx and down by dy`,
      "",
      ...table,
    ],
    record: { ...found },
  };
};

function curveExplanation(name: string, points: readonly CurvePoint[], count: number): Explanation {
  const rows = points.map(({ level, accuracy, confidence, loss }) => [
    ...[String(level), formatPercent(accuracy), formatPercent(confidence), formatLoss(loss)],
  ]);
  const header = [name, "accuracy", "confidence", "loss"];
  const lines = [
    `${formatCount(count)} images`,
    "",
    ...alignColumns([header, ...rows], new Set([0, 1, 2, 3])),
  ];
  return { lines, record: { points } };
}

const explainNoise: Method = async ({ model, set }) => {
  const images = await set();
  return curveExplanation("noise", await noiseCurve(model, images), countOf(images));
};

const explainRotation: Method = async ({ model, set }) => {
  const images = await set();
  return curveExplanation("degrees", await rotationCurve(model, images), countOf(images));
};

/** A method, whether it looks at one image, and whether it gives a picture. */
export interface ExplanationMethod {
  readonly explain: Method;
  readonly takesImage: boolean;
  readonly givesPicture: boolean;
}

const ofImage = (explain: Method): ExplanationMethod => ({ explain, takesImage: true, givesPicture: true });
const ofModel = (explain: Method): ExplanationMethod => ({ explain, takesImage: false, givesPicture: true });
const figures = (explain: Method): ExplanationMethod => ({ explain, takesImage: false, givesPicture: false });

/** The methods by name. */
export const EXPLANATIONS: Readonly<Record<string, ExplanationMethod>> = {
  saliency: ofImage(explainSaliency),
  occlusion: ofImage(explainOcclusion),
  "grad-cam": ofImage(explainGradCam),
  features: ofImage(explainFeatures),
  filters: ofModel(explainFilters),
  templates: ofModel(explainTemplates),
  maximize: ofModel(explainMaximum),
  shift: ofModel(explainShift),
  noise: figures(explainNoise),
  rotation: figures(explainRotation),
};
