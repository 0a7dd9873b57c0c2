// A training session as the page holds it: opened in the worker, driven in short turns, its branches with their curves.
import { useEffect, useRef, useState } from "preact/hooks";
import { engineOf, type Session } from "../engine/client.ts";
import { type Fault, faultOf } from "../engine/fault.ts";
import type { Failure, Progress } from "./branch.ts";
import type * as Compute from "./compute.ts";
import { Series } from "./curves/series.ts";
import type { BranchInfo, Place, SessionInfo } from "./session.ts";
import type { Change, RoomSettings } from "./settings.ts";

export const engine = engineOf<typeof Compute>("room");
export type RoomSession = Session<Awaited<ReturnType<typeof Compute.open>>>;

/** A branch with what is known of it so far. */
export interface BranchView {
  /** Of which session, counted from 1, it is. */
  readonly run: number;
  readonly info: BranchInfo;
  readonly series: Series;
  step: number;
  ended: Progress["ended"];
  failure: Failure | undefined;
}

/** A session that is open. */
export interface OpenSession {
  readonly run: number;
  readonly session: RoomSession;
  readonly info: SessionInfo;
  readonly branches: BranchView[];
  active: number;
}

export interface Training {
  readonly open: OpenSession | undefined;
  /** Branches of sessions that are closed: their curves are all that is left of them. */
  readonly earlier: readonly BranchView[];
  readonly isOpening: boolean;
  readonly isRunning: boolean;
  readonly error: Fault | undefined;
  /** Starts or goes on; opens a session first where there is none. */
  run(): void;
  pause(): void;
  step(): void;
  reset(): void;
  branch(place: Place, change: Change): void;
  activate(id: number): void;
  /** Lets go of the curves of a branch of an earlier session. */
  forget(view: BranchView): void;
}

/** Milliseconds of training between two pictures of it. */
const TURN = 120;
/** Branches of earlier sessions that are kept, the newest. */
const MOST_EARLIER = 24;

const newView = (run: number, info: BranchInfo): BranchView => ({
  ...{ run, info, series: new Series(info.clock), step: info.from, ended: undefined, failure: undefined },
});

function take(view: BranchView, { points, epochs, step, ended, failure }: Progress): void {
  view.series.add(points, epochs);
  Object.assign(view, { step, ended, failure });
}

export const isOver = (view: BranchView): boolean => view.ended !== undefined || view.failure !== undefined;

/** The training of these settings; `lack` says why it cannot begin. Whatever changes the page is drawn again. */
export function useTraining(settings: RoomSettings, lack: string | undefined): Training {
  const [, setTurn] = useState(0);
  const [isRunning, setRunning] = useState(false);
  const [isOpening, setOpening] = useState(false);
  const [error, setError] = useState<Fault>();
  const current = useRef<OpenSession | undefined>(undefined);
  const earlier = useRef<readonly BranchView[]>([]);
  const runs = useRef(0);
  /** The session that is being opened, so that there are never two. */
  const opening = useRef<Promise<OpenSession> | undefined>(undefined);
  const redraw = (): void => setTurn((turn) => turn + 1);

  const openOnce = async (): Promise<OpenSession> => {
    if (lack !== undefined) throw new Error(lack);
    setOpening(true);
    try {
      const session = await engine.open(settings);
      const info = await session.info();
      const run = ++runs.current;
      current.current = { run, session, info, branches: [newView(run, info.branch)], active: 0 };
      return current.current;
    } finally {
      setOpening(false);
    }
  };
  const openSession = async (): Promise<OpenSession> => {
    if (current.current !== undefined) return current.current;
    opening.current ??= openOnce().finally(() => {
      opening.current = undefined;
    });
    return opening.current;
  };
  const attempt = (action: () => Promise<void>): void => {
    setError(undefined);
    action().then(redraw, (problem: unknown) => {
      setRunning(false);
      setError(faultOf(problem));
    });
  };
  const advance = async (steps: number): Promise<boolean> => {
    const open = await openSession();
    const view = open.branches[open.active]!;
    if (!isOver(view)) take(view, await open.session.advance(steps, steps === 1 ? undefined : TURN));
    redraw();
    return !isOver(view);
  };

  useEffect(() => {
    if (!isRunning) return;
    let isWanted = true;
    attempt(async () => {
      while (isWanted && (await advance(Number.MAX_SAFE_INTEGER)));
      if (isWanted) setRunning(false);
    });
    return () => {
      isWanted = false;
    };
  }, [isRunning]);
  const leave = (): void => {
    void current.current?.session.close();
    // One that is on its way is let go of when it comes.
    void opening.current?.then(
      ({ session }) => session.close(),
      () => {},
    );
    current.current = undefined;
  };
  useEffect(() => leave, []);

  return {
    ...{ open: current.current, earlier: earlier.current, isOpening, isRunning, error },
    run: () => setRunning(true),
    pause: () => setRunning(false),
    step: () => attempt(async () => void (await advance(1))),
    reset: () => {
      setRunning(false);
      setError(undefined);
      const trained = (current.current?.branches ?? []).filter(({ series }) => series.last > 0);
      earlier.current = [...earlier.current, ...trained].slice(-MOST_EARLIER);
      leave();
      redraw();
    },
    branch: (place, change) =>
      attempt(async () => {
        const open = await openSession();
        const { info, before } = await open.session.branch(place, change);
        take(open.branches[open.active]!, before);
        open.branches.push(newView(open.run, info));
        open.active = info.id;
      }),
    activate: (id) =>
      attempt(async () => {
        const open = await openSession();
        take(open.branches[open.active]!, await open.session.activate(id));
        open.active = id;
      }),
    forget: (view) => {
      earlier.current = earlier.current.filter((each) => each !== view);
      redraw();
    },
  };
}
