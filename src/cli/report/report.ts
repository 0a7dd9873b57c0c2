// A run's report: one HTML file that needs no script, no network and no other file. Knows nothing of how a run is done.
import type { LayerRow } from "../../nn/index.ts";
import type { EpochEvent, Evaluation, RunEvent, StepEvent } from "../../train/index.ts";
import { mistakeCaption, type Shown } from "../render/evaluation.ts";
import {
  formatAmount,
  formatCount,
  formatDuration,
  formatLoss,
  formatPercent,
  formatRate,
} from "../render/numbers.ts";
import { type Curve, drawChart } from "./curves.ts";
import { html, Markup } from "./html.ts";
import { STYLE } from "./style.ts";

/** What a report tells. */
export interface ReportParts {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly layers: readonly LayerRow[];
  readonly events: readonly RunEvent[];
  readonly evaluation: Evaluation;
  /** The images of the worst mistakes. */
  readonly shown: Shown;
  /** An image as the address of a picture that holds it. */
  readonly pictureOf: (index: number) => Promise<string | undefined>;
}

/** Mistakes drawn at most. */
export const MOST_MISTAKES = 24;
// More classes than this are no matrix that one reads.
const MOST_CLASSES = 40;

const ofType = <T extends RunEvent["type"]>(events: readonly RunEvent[], type: T) =>
  events.filter((event): event is Extract<RunEvent, { type: T }> => event.type === type);

/** The report as the text of an HTML file. */
export async function reportText(parts: ReportParts): Promise<string> {
  const { name, config, layers, events, evaluation } = parts;
  const sections = [
    figures(parts),
    html`<h2>Training</h2>`,
    charts(events),
    epochTable(ofType(events, "epoch")),
    html`<h2>Confusions on the test images</h2>`,
    matrix(evaluation, parts.shown.classes),
    html`<h2>Worst mistakes</h2>`,
    await mistakes(parts),
    html`<h2>Network</h2>`,
    layerTable(layers),
    html`<h2>Configuration</h2>`,
    configList(config),
  ];
  return html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${name}</title>
<style>${new Markup(STYLE)}</style>
<h1>${name}</h1>
${sections.map((section) => html`${section}\n`)}</html>
`.text;
}

function figures({ events, evaluation, config, layers }: ReportParts): Markup {
  const { accuracy, loss, count, calibrationError } = evaluation;
  const [end] = ofType(events, "end").slice(-1);
  const [start] = ofType(events, "start").slice(-1);
  const parameters = layers.reduce((sum, layer) => sum + layer.parameters, 0);
  const wrong = Math.round((1 - accuracy) * count);
  const shown: [string, string][] = [
    [formatPercent(accuracy, 2), "test accuracy"],
    [formatLoss(loss), "test loss"],
    [formatCount(wrong), `of ${formatCount(count)} wrong`],
    [formatPercent(calibrationError, 2), "calibration error"],
    [formatCount(parameters), "parameters"],
    ...(end === undefined
      ? []
      : [[formatDuration(end.seconds), formatAmount(end.step, "step")] as [string, string]]),
    ...(end === undefined || end.imagesPerSecond === 0
      ? []
      : [[formatRate(end.imagesPerSecond), "images/s"] as [string, string]]),
  ];
  const told = [config["model"], config["data"], start?.device]
    .filter((value) => value !== undefined)
    .map(String);
  return html`<p>${told.join(" · ")}</p>
<ul class="figures">${shown.map(([value, what]) => html`<li><b>${value}</b>${what}</li>`)}</ul>`;
}

/** Places of events along the run, in epochs. */
function placesOf(events: readonly RunEvent[]): (event: StepEvent | EpochEvent) => number {
  const [start] = ofType(events, "start").slice(-1);
  return (event) => (event.type === "epoch" ? event.epoch : event.step / (start?.stepsPerEpoch ?? 1));
}

function charts(events: readonly RunEvent[]): Markup {
  const [steps, epochs, at] = [ofType(events, "step"), ofType(events, "epoch"), placesOf(events)];
  const curves = (key: "loss" | "accuracy"): Curve[] => [
    { label: "steps", kind: "faint", points: steps.map((event) => [at(event), event[key]] as const) },
    {
      label: "training",
      kind: "first",
      points: epochs.map((event) => [at(event), event.train[key]] as const),
    },
    {
      label: "validation",
      kind: "second",
      points: epochs.flatMap((event) =>
        event.validation ? [[at(event), event.validation[key]] as const] : [],
      ),
    },
  ];
  const percent = (value: number) => formatPercent(value, value > 0.9 && value < 1 ? 1 : 0);
  return html`<div class="charts">
${drawChart({ title: "Loss", xLabel: "epoch", curves: curves("loss"), isLogarithmic: true, format: (value) => String(Number(value.toPrecision(3))) })}
${drawChart({ title: "Accuracy", xLabel: "epoch", curves: curves("accuracy"), format: percent })}
</div>`;
}

function epochTable(epochs: readonly EpochEvent[]): Markup {
  const rows = epochs.map(({ epoch, train, validation, seconds }) => {
    const own = [train, validation].flatMap((score) => [
      score === undefined ? "" : formatLoss(score.loss),
      score === undefined ? "" : formatPercent(score.accuracy, 2),
    ]);
    return html`<tr><th scope="row">${epoch}</th>${own.map((cell) => html`<td>${cell}</td>`)}<td>${formatDuration(seconds)}</td></tr>\n`;
  });
  const heads = ["epoch", "loss", "accuracy", "validation loss", "validation accuracy", "time"];
  return html`<details><summary>Epoch by epoch</summary><div class="scroll"><table><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table></div></details>`;
}

/** The step of shading for a share: 0 for none, 9 for all; few are seen as well as many. */
const shadeOf = (share: number): number => (share === 0 ? 0 : Math.max(1, Math.round(9 * Math.sqrt(share))));

function matrix({ confusion }: Evaluation, classes: readonly string[]): Markup {
  if (classes.length > MOST_CLASSES) {
    return html`<p>${classes.length} classes are too many to show; evaluation.json has all counts.</p>`;
  }
  const rows = confusion.map((counts, actual) => {
    const total = counts.reduce((sum, value) => sum + value, 0) || 1;
    const cells = counts.map((value, predicted) => {
      const side = actual === predicted ? "right " : "";
      return html`<td class="${side}shade-${shadeOf(value / total)}">${value === 0 ? "" : value}</td>`;
    });
    return html`<tr><th scope="row" class="text">${classes[actual]}</th>${cells}<td>${formatPercent((counts[actual] ?? 0) / total)}</td></tr>\n`;
  });
  return html`<div class="scroll"><table class="matrix"><caption>A row for each class, a column for what it was read as</caption>
<thead><tr><th></th>${classes.map((name) => html`<th scope="col">${name}</th>`)}<th scope="col">right</th></tr></thead>
<tbody>${rows}</tbody></table></div>`;
}

async function mistakes({ evaluation, shown, pictureOf }: ReportParts): Promise<Markup> {
  const worst = evaluation.worst.slice(0, MOST_MISTAKES);
  if (worst.length === 0) return html`<p>There are none.</p>`;
  const items = await Promise.all(
    worst.map(async (mistake) => {
      const caption = mistakeCaption(mistake, shown.classes);
      const address = await pictureOf(mistake.index);
      const picture = address === undefined ? undefined : html`<img src="${address}" alt="">`;
      return html`<li>${picture}<span>${caption}</span></li>\n`;
    }),
  );
  return html`<ul class="mistakes">${items}</ul>`;
}

function layerTable(layers: readonly LayerRow[]): Markup {
  const rows = layers.map(
    ({ name, type, shape, parameters, flops }) =>
      html`<tr><td class="text">${name}</td><td class="text">${type}</td><td>${shape.join("×")}</td><td>${formatCount(parameters)}</td><td>${formatCount(flops)}</td></tr>\n`,
  );
  const heads = ["layer", "type", "output", "parameters", "FLOPs"];
  return html`<div class="scroll"><table><thead><tr>${heads.map((head, i) => html`<th scope="col" class="${i < 2 ? "text" : ""}">${head}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table></div>`;
}

function configList(config: Readonly<Record<string, unknown>>): Markup {
  const rows = Object.entries(config).map(([key, value]) => {
    const text = typeof value === "object" ? JSON.stringify(value) : String(value);
    return html`<dt>${key}</dt><dd>${text}</dd>`;
  });
  return html`<dl>${rows}</dl>`;
}
