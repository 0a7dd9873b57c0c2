// Work that can wait for its turn: pictures, formulas, what lies below. Each piece is a task of its own, so that the page
// answers in between, however many there are. Knows nothing of what is done.
import { useEffect, useState } from "preact/hooks";

const waiting = new Set<() => void>();
const { port1: bell, port2: door } = new MessageChannel();

door.onmessage = () => {
  const [next] = waiting;
  if (next === undefined) return;
  waiting.delete(next);
  // The bell rings first, so that a piece that fails holds up no other.
  if (waiting.size > 0) bell.postMessage(undefined);
  next();
};

/** Does `piece` after all that has been asked for before; gives what takes it back. */
export function inTurn(piece: () => void): () => void {
  // A function of its own: the same piece may be asked for twice.
  const own = (): void => piece();
  waiting.add(own);
  if (waiting.size === 1) bell.postMessage(undefined);
  return () => {
    waiting.delete(own);
  };
}

/** `value`, when its turn has come: what is drawn from it is drawn apart from all else that changes. */
export function useInTurn<T>(value: T): T {
  const [shown, setShown] = useState(value);
  useEffect(() => inTurn(() => setShown(() => value)), [value]);
  return shown;
}

/** False at first, and true once its turn has come. */
export function useTurn(): boolean {
  const [hasCome, setCome] = useState(false);
  useEffect(() => inTurn(() => setCome(true)), []);
  return hasCome;
}
