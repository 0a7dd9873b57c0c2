// Finds options that nobody reads: a mistyped name must not be passed over. Knows nothing of what options mean.
import { ConfigError } from "./errors.ts";
import { nearestName } from "./nearest-name.ts";

/** Throws ConfigError for an option whose name is not among `known`, naming the nearest. */
export function checkOptionNames(op: string, options: object, known: readonly string[]): void {
  const odd = Object.keys(options).find((name) => !known.includes(name));
  if (odd === undefined) return;
  const meant = nearestName(odd, known);
  const cure = meant === undefined ? `The options are ${known.join(", ")}.` : `Did you mean "${meant}"?`;
  throw new ConfigError(`${op}: option "${odd}" is unknown. ${cure}`, { option: odd, meant });
}
