// A training in the worker that is brought to the number of passes wanted, from the start where it has gone too far.
import { useEffect, useRef, useState } from "preact/hooks";
import { engineOf } from "../../engine/client.ts";
import { type Fault, faultOf } from "../../engine/fault.ts";
import { useComputed } from "../../engine/use-computed.ts";
import type * as Compute from "./compute.ts";
import type { Shown, Snapshot } from "./compute.ts";

const engine = engineOf<typeof Compute>("cortex");
type Session = Awaited<ReturnType<typeof engine.start>>;

export interface Trained {
  /** Before the first pass. */
  readonly first: Snapshot | undefined;
  /** As it is now. */
  readonly now: Snapshot | undefined;
  /** The bar at this angle under the net as it is now. */
  readonly shown: Shown | undefined;
  readonly isBusy: boolean;
  readonly error: Fault | undefined;
  /** Begins again from the same seed, and goes as far. */
  readonly restart: () => void;
}

interface Course {
  readonly beginning: number;
  readonly seed: number;
  readonly session: Session;
  readonly first: Snapshot;
  readonly now: Snapshot;
}

/** The net from `seed` after `epochs` passes, and the bar at `angle` under it. */
export function useTraining(seed: number, epochs: number, angle: number): Trained {
  const [course, setCourse] = useState<Course>();
  const [error, setError] = useState<Fault>();
  const [beginning, setBeginning] = useState(0);
  const isRight =
    course !== undefined &&
    course.beginning === beginning &&
    course.seed === seed &&
    course.now.epochs <= epochs;
  useEffect(() => {
    let isCurrent = true;
    const fail = (problem: unknown): void => setError(faultOf(problem));
    const bring = async (): Promise<void> => {
      let at = course;
      if (!isRight) {
        await course?.session.stop();
        const session = await engine.start(seed);
        const first = await session.advance(0);
        if (!isCurrent) return void session.stop();
        at = { beginning, seed, session, first, now: first };
      } else if (course.now.epochs < epochs) {
        at = { ...course, now: await course.session.advance(epochs) };
      }
      setError(undefined);
      if (isCurrent) setCourse(at);
    };
    bring().catch(fail);
    return () => {
      isCurrent = false;
    };
  }, [course, isRight, seed, epochs, beginning]);
  const latest = useRef<Session | undefined>(undefined);
  latest.current = course?.session;
  useEffect(() => () => void latest.current?.stop(), []);
  const shown = useComputed(async () => course?.session.show(angle), [course, angle]);
  return {
    first: course?.first,
    now: course?.now,
    shown: shown.value,
    isBusy: !isRight || course.now.epochs < epochs,
    error: error ?? shown.error,
    restart: () => setBeginning((count) => count + 1),
  };
}
