// The labs in the order of the course. A lab is a folder of `labs/`, loaded when it is opened; titles are in text/.
import type { ComponentType } from "preact";

export const GROUPS = ["descent", "backpropagation", "dense", "convolution", "quiz"] as const;
export type Group = (typeof GROUPS)[number];

const COURSE = {
  step: "descent",
  surface: "descent",
  stopping: "descent",
  error: "descent",
  graph: "backpropagation",
  partials: "backpropagation",
  parameters: "backpropagation",
  neuron: "dense",
  shift: "dense",
  overfitting: "dense",
  "by-hand": "convolution",
  filters: "convolution",
  maximum: "convolution",
  channels: "convolution",
  cortex: "convolution",
  quiz: "quiz",
} as const satisfies Readonly<Record<string, Group>>;

/** The page of the training room. */
export const ROOM = "room";

export type LabId = keyof typeof COURSE;

export interface LabEntry {
  readonly id: LabId;
  readonly group: Group;
  readonly load: () => Promise<{ readonly Lab: ComponentType }>;
}

const modules = import.meta.glob<{ readonly Lab: ComponentType }>("../labs/*/lab.tsx");

export const LABS: readonly LabEntry[] = (Object.keys(COURSE) as LabId[]).flatMap((id) => {
  const load = modules[`../labs/${id}/lab.tsx`];
  return load === undefined ? [] : [{ id, group: COURSE[id], load }];
});
