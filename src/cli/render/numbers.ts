// Numbers as people read them: the same in every locale, a space between thousands. Knows nothing of the terminal.

/** A whole number with a space between thousands from 10 000 on: 938, 4050, 60 000. */
export function formatCount(value: number): string {
  const digits = Math.round(value).toString();
  return Math.abs(value) < 10_000 ? digits : digits.replace(/\B(?=(\d{3})+$)/g, " ");
}

/** A whole number with its noun: "1 image", "54 000 images". */
export const formatAmount = (value: number, noun: string): string =>
  `${formatCount(value)} ${noun}${value === 1 ? "" : "s"}`;

/** A share of one as a percentage: 0.9731 is "97.3 %". */
export const formatPercent = (share: number, decimals = 1): string => `${(share * 100).toFixed(decimals)} %`;

/** A loss: four decimals, four significant digits from 100 on, powers of ten where it is very small or large. */
export function formatLoss(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 100_000 || (size > 0 && size < 0.0001)) return value.toExponential(2);
  return size >= 100 ? value.toPrecision(5) : value.toFixed(4);
}

/** A time in seconds, to the precision that matters: 0.42 s, 12.3 s, 3 min 05 s, 2 h 10 min. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  if (seconds < 1) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const two = (value: number): string => value.toString().padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}

/** A rate rounded to three significant digits: 18437 is "18 400". */
export function formatRate(value: number): string {
  if (!Number.isFinite(value)) return "?";
  return value < 100 ? value.toPrecision(3) : formatCount(Number(value.toPrecision(3)));
}

const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB"];

/** A size in bytes in decimal units: 1240000 is "1.24 MB". */
export function formatBytes(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 ? value : value.toPrecision(3)} ${BYTE_UNITS[power]}`;
}
