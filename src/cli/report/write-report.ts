// Writes the report of a run into its folder, the pictures of its mistakes as PNG in the page itself.
// Knows nothing of how the page looks.
import { basename, join, resolve } from "node:path";
import { atomicWrite } from "../../data/index.node.ts";
import type { ImageSource } from "../../data/index.ts";
import type { LayerRow } from "../../nn/index.ts";
import { REPORT_FILE, readMetrics } from "../../train/index.node.ts";
import type { Evaluation } from "../../train/index.ts";
import { type Shown, showWorst } from "../render/evaluation.ts";
import { MOST_MISTAKES, reportText } from "./report.ts";

/** What a report is written from, beside the metrics in the folder. */
export interface ReportSource {
  readonly folder: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly layers: readonly LayerRow[];
  readonly evaluation: Evaluation;
  readonly test: ImageSource;
}

/** Writes report.html; pictures are left out where the package that makes them does not load. */
export async function writeReport({ folder, config, layers, evaluation, test }: ReportSource): Promise<void> {
  const shown = await showWorst(test, evaluation, MOST_MISTAKES);
  const text = await reportText({
    ...{ name: basename(resolve(folder)), config, layers, evaluation, shown },
    events: await readMetrics(folder),
    pictureOf: await pictureMaker(shown),
  });
  await atomicWrite(join(folder, REPORT_FILE), text);
}

async function pictureMaker({ pictures }: Shown): Promise<(index: number) => Promise<string | undefined>> {
  const sharp = await import("sharp").then(
    (loaded) => loaded.default,
    () => undefined,
  );
  return async (index) => {
    const picture = pictures.get(index);
    if (sharp === undefined || picture === undefined) return undefined;
    const [channels, height, width] = picture.shape;
    if (channels !== 1 && channels !== 3) return undefined;
    const plane = height * width;
    // From planes, as sets hold images, to pixels.
    const pixels = Uint8Array.from(
      picture.pixels,
      (_, i) => picture.pixels[(i % channels) * plane + Math.floor(i / channels)]!,
    );
    const png = await sharp(pixels, { raw: { width, height, channels } }).png().toBuffer();
    return `data:image/png;base64,${png.toString("base64")}`;
  };
}
