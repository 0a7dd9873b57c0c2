// The nets of the lab and its bounds; both the page and the worker use them.
export const NET_NAMES = ["dense", "conv"] as const;
export type NetName = (typeof NET_NAMES)[number];

/** Training images, and those that accuracies over shifts are measured on. */
export const IMAGES = 1000;
export const MEASURED = 100;
/** Images that the nets are judged by while they train. */
export const VALIDATION = 500;
export const BATCH = 50;
export const MOST_EPOCHS = 20;
/** Shifts go from −REACH to REACH pixels each way. */
export const REACH = 4;
export const SIDE = 28;
export const HIDDEN = 100;
export const FILTERS = [8, 16, 32] as const;
export const RATES: Readonly<Record<NetName, number>> = { dense: 0.001, conv: 0.003 };
