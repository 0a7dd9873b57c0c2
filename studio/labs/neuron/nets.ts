// The nets of the lab and its bounds; both the page and the worker use them.
export const NET_NAMES = ["linear", "hidden"] as const;
export type NetName = (typeof NET_NAMES)[number];

/** Neurons of the hidden layer. */
export const HIDDEN = 1000;
/** Hidden neurons that are shown: those with the largest weights. */
export const SHOWN = 20;
export const IMAGES = { least: 100, most: 4000 };
export const MOST_EPOCHS = 30;
export const BATCH = 50;
export const RATE = 0.001;
export const SIDE = 28;
/** Images that the nets are judged by. */
export const VALIDATION = 500;
