// A lab's state, kept in the page's address: a link to a lab is a link to its state. What an address gets wrong is passed
// over. Knows nothing of what the values mean.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { parseHash, replaceParams } from "../app/router.ts";
import { parseNumber } from "../text/locale.ts";

type Item = number | string | boolean | readonly number[];
export type LabState = Readonly<Record<string, Item>>;

/** Number literals widen, so that a state may change. */
export type Widened<S> = {
  readonly [K in keyof S]: S[K] extends number ? number : S[K] extends boolean ? boolean : S[K];
};

function parseItem(text: string, usual: Item): Item | undefined {
  if (typeof usual === "number") return parseNumber(text);
  if (typeof usual === "boolean") return text === "true" ? true : text === "false" ? false : undefined;
  if (typeof usual === "string") return text;
  const numbers = text.split(";").map(parseNumber);
  return numbers.every((number) => number !== undefined) ? numbers : undefined;
}

const printItem = (item: Item): string => (Array.isArray(item) ? item.join(";") : String(item));

function parseState<S extends LabState>(usual: S, params: URLSearchParams): S {
  const state: Record<string, Item> = { ...usual };
  for (const [name, item] of Object.entries(usual)) {
    const text = params.get(name);
    const parsed = text === null ? undefined : parseItem(text, item);
    if (parsed !== undefined) state[name] = parsed;
  }
  return state as S;
}

/** Only what differs from the usual state. */
export function printState<S extends LabState>(usual: S, state: S): URLSearchParams {
  const params = new URLSearchParams();
  for (const [name, item] of Object.entries(state)) {
    if (printItem(item) !== printItem(usual[name]!)) params.set(name, printItem(item));
  }
  return params;
}

/** What changes, or what changes given the state as it is then: changes may come faster than the page is drawn. */
export type Change<S> = Partial<S> | ((before: S) => Partial<S>);

/** A change that follows from the state `seen`, and is none where there is another by now: the reader's own comes first. */
export const whileStill =
  <S>(seen: S, change: Partial<S>) =>
  (now: S): Partial<S> =>
    now === seen ? change : {};

/**
 * The state of the lab `page`, first `usual` with what the address says. `check` gives back a state that makes sense,
 * since anyone may write an address: numbers in their range, names that exist.
 */
export function useLabState<S extends LabState>(
  page: string,
  usual: S,
  check: (state: Widened<S>) => Widened<S>,
): readonly [Widened<S>, (change: Change<Widened<S>>) => void] {
  type State = Widened<S>;
  const read = (): State => check(parseState<LabState>(usual, parseHash(location.hash).params) as State);
  const [state, setState] = useState(read);
  const update = useCallback(
    (change: Change<State>) =>
      setState((before) => {
        const changed = typeof change === "function" ? change(before) : change;
        return Object.keys(changed).length === 0 ? before : { ...before, ...changed };
      }),
    [],
  );
  // The address that the state was last read from or written to. Another one means that the reader has gone elsewhere
  // and the event that tells so is still on its way: a lab that runs must not write over it.
  const known = useRef(location.hash);
  useEffect(() => {
    if (location.hash !== known.current) return;
    replaceParams(page, printState(usual as LabState, state as LabState));
    known.current = location.hash;
  }, [state]);
  useEffect(() => {
    const follow = (): void => {
      known.current = location.hash;
      if (parseHash(location.hash).page === page) setState(read());
    };
    // It may have changed since it was read.
    if (location.hash !== known.current) follow();
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return [state, update];
}

/** `value` brought into min … max; a NaN becomes min. */
export const clamp = (value: number, min: number, max: number): number =>
  value >= min ? Math.min(value, max) : min;
