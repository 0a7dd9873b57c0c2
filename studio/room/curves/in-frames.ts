// Redrawing in turn: one picture a frame, so that several that change at once never make one long task.
import { useEffect, useState } from "preact/hooks";

const waiting: (() => void)[] = [];

function nextFrame(): void {
  waiting.shift()?.();
  if (waiting.length > 0) requestAnimationFrame(nextFrame);
}

/** Calls `action` in a frame of its own; gives what takes it back. */
export function inFrame(action: () => void): () => void {
  waiting.push(action);
  if (waiting.length === 1) requestAnimationFrame(nextFrame);
  return () => {
    const place = waiting.indexOf(action);
    // The first is left in its place, since a frame is on its way for it.
    if (place > 0) waiting.splice(place, 1);
    else if (place === 0) waiting[0] = () => {};
  };
}

/** `value`, a frame or more later. */
export function useInFrame<T>(value: T): T {
  const [shown, setShown] = useState(value);
  useEffect(() => inFrame(() => setShown(() => value)), [value]);
  return shown;
}
