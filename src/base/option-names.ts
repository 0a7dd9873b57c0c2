// Finds options that nobody reads: a mistyped name must not be passed over. Knows nothing of what options mean.
import { ConfigError } from "./errors.ts";
import { nearestName } from "./nearest-name.ts";

/** Throws ConfigError for options that are no object: `adam(0.1)` is meant as `adam({ lr: 0.1 })`. */
export function checkOptionObject(op: string, options: object): void {
  if (typeof options === "object" && options !== null && !Array.isArray(options)) return;
  throw new ConfigError(
    `${op}: options are an object, not ${String(options)}. Name each, as in { name: value }.`,
    {
      options,
    },
  );
}

/** Throws ConfigError for options that are no object, or one whose name is not among `known`, naming the nearest. */
export function checkOptionNames(op: string, options: object, known: readonly string[]): void {
  checkOptionObject(op, options);
  const odd = Object.keys(options).find((name) => !known.includes(name));
  if (odd === undefined) return;
  const meant = nearestName(odd, known);
  const cure = meant === undefined ? `The options are ${known.join(", ")}.` : `Did you mean "${meant}"?`;
  throw new ConfigError(`${op}: option "${odd}" is unknown. ${cure}`, { option: odd, meant });
}
