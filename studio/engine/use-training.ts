// A training run as a page holds it: opened in the worker, brought to the wanted epoch in short turns, closed when it is
// no longer looked at. An epoch before the one it is at is reached by beginning again.
import { useEffect, useRef, useState } from "preact/hooks";
import type { RunActions } from "../lab/keys.ts";
import { type Fault, faultOf } from "./fault.ts";
import type { EpochScore, Progress } from "./training.ts";

/** What a session that is trained can be asked, beside what else. */
export interface Trainable {
  advance(epoch: number, milliseconds?: number): Promise<Progress>;
  close(): Promise<void>;
}

interface TrainingOptions<S> {
  /** Begins a run in the worker. */
  readonly open: () => Promise<S>;
  /** Plain values that the run depends on; with others it begins again. */
  readonly dependencies: readonly unknown[];
  /** The epoch to be at, and the last one that can be reached. */
  readonly epoch: number;
  readonly most: number;
  /** Told of an epoch reached beyond `epoch`, until that follows. */
  readonly onEpoch: (epoch: number) => void;
}

interface Held<S> {
  /** Undefined while it is opened. */
  readonly session: S | undefined;
  /** By epoch, from before the first. */
  readonly scores: readonly EpochScore[];
  /** Epochs done, the one under way by its share. */
  readonly progress: number;
  readonly error: Fault | undefined;
}

export interface TrainingView<S> extends Held<S> {
  /** Whether the wanted epoch is reached, so that the net can be looked at. */
  readonly isThere: boolean;
  readonly actions: RunActions;
  /** Begins again with the same seed, and goes as far. */
  readonly restart: () => void;
}

/** Milliseconds of training between two pictures of it. */
const TURN = 120;
const NOTHING = { session: undefined, scores: [], progress: 0, error: undefined } as const;

export function useTraining<S extends Trainable>(options: TrainingOptions<S>): TrainingView<S> {
  const { open, dependencies, epoch, most, onEpoch } = options;
  const [beginning, setBeginning] = useState(0);
  /** Which run is wanted: what is held of another is nothing. */
  const key = JSON.stringify([...dependencies, beginning]);
  const [last, setLast] = useState<Held<S> & { readonly key: string }>({ ...NOTHING, key });
  const held: Held<S> = last.key === key ? last : NOTHING;
  const [isRunning, setRunning] = useState(false);
  const { session, scores } = held;
  const reached = scores.length - 1;
  const wanted = isRunning ? most : epoch;
  const latest = useRef(wanted);
  latest.current = wanted;
  const isThere = session !== undefined && reached >= wanted;
  const restart = (): void => setBeginning((count) => count + 1);
  const change = (how: (now: Held<S>) => Held<S>): void =>
    setLast((now) => (now.key === key ? { ...how(now), key } : now));

  useEffect(() => {
    let isWanted = true;
    setLast({ ...NOTHING, key });
    const opening = open();
    opening.then(
      (session) => isWanted && change(() => ({ ...NOTHING, session })),
      (error: unknown) => isWanted && change(() => ({ ...NOTHING, error: faultOf(error) })),
    );
    return () => {
      isWanted = false;
      // One that could not be opened has been told of, and has nothing to close.
      opening.then((opened) => opened.close()).catch(() => undefined);
    };
  }, [key]);

  useEffect(() => {
    if (session === undefined || isThere) return;
    let isWanted = true;
    const go = async (): Promise<void> => {
      for (let done = reached; isWanted && done < latest.current; ) {
        const report = await session.advance(latest.current, TURN);
        if (!isWanted) return;
        done += report.scores.length;
        change((now) => take(now, report));
      }
    };
    go().catch((error: unknown) => isWanted && change((now) => ({ ...now, error: faultOf(error) })));
    return () => {
      isWanted = false;
    };
  }, [session, isThere]);

  const asked = useRef(epoch);
  // After every picture, since `onEpoch` may refuse what came from a state that is no longer.
  useEffect(() => {
    const isBack = epoch < asked.current;
    asked.current = epoch;
    if (isBack && epoch < reached) restart();
    else if (reached > epoch) onEpoch(reached);
    if (reached >= most) setRunning(false);
  });

  const actions: RunActions = {
    isRunning,
    stride: "epoch",
    run: () => setRunning(!isRunning && reached < most),
    step: () => onEpoch(Math.min(most, Math.max(epoch, reached + 1))),
    reset: () => {
      setRunning(false);
      restart();
      onEpoch(0);
    },
  };
  return { ...held, isThere, actions, restart };
}

function take<S>(held: Held<S>, { scores, step, stepsPerEpoch }: Progress): Held<S> {
  return {
    ...held,
    // The same list where nothing is new, so that curves are not drawn again.
    scores: scores.length === 0 ? held.scores : [...held.scores, ...scores],
    progress: step / stepsPerEpoch,
  };
}
