// One of the lab's nets as the page holds it: in training, what it makes of the digit, and its map of shifts, measured row
// by row once training has come to rest.
import { useEffect, useState } from "preact/hooks";
import { engineOf } from "../../engine/client.ts";
import { type Fault, faultOf } from "../../engine/fault.ts";
import { useComputed } from "../../engine/use-computed.ts";
import { useTraining } from "../../engine/use-training.ts";
import type * as Compute from "./compute.ts";
import { MOST_EPOCHS, type NetName, REACH } from "./nets.ts";

export const engine = engineOf<typeof Compute>("shift");
type Session = Awaited<ReturnType<typeof engine.open>>;

/** accuracy[dy + REACH][dx + REACH]; the first rows while it is measured. */
export type ShiftAccuracy = readonly (readonly number[])[];

export const ROWS = 2 * REACH + 1;

interface Measured {
  readonly rows: ShiftAccuracy;
  readonly error: Fault | undefined;
}

const NOTHING: Measured = { rows: [], error: undefined };

/** The map of the net as it is after this epoch, as far as it is measured; nothing where there is no session. */
function useMap(session: Session | undefined, epoch: number): Measured {
  const [measured, setMeasured] = useState(NOTHING);
  useEffect(() => {
    setMeasured(NOTHING);
    if (session === undefined) return;
    let isWanted = true;
    const measure = async (): Promise<void> => {
      for (let dy = -REACH; isWanted && dy <= REACH; dy++) {
        const row = await session.mapRow(dy);
        if (isWanted) setMeasured(({ rows }) => ({ rows: [...rows, row], error: undefined }));
      }
    };
    measure().catch((error: unknown) => {
      if (isWanted) setMeasured({ rows: [], error: faultOf(error) });
    });
    return () => {
      isWanted = false;
    };
  }, [session, epoch]);
  return measured;
}

/** What the address says of the digit and of the training. */
export interface NetState {
  readonly i: number;
  readonly dx: number;
  readonly dy: number;
  readonly t: number;
  readonly seed: number;
}

export function useNet(net: NetName, { i, dx, dy, t, seed }: NetState, onEpoch: (t: number) => void) {
  const training = useTraining<Session>({
    open: () => engine.open(net, seed),
    dependencies: [seed],
    ...{ epoch: t, most: MOST_EPOCHS, onEpoch },
  });
  const { session, scores, isThere } = training;
  const epoch = scores.length - 1;
  const isReady = session !== undefined && epoch >= 0;
  const reading = useComputed(
    async () => (isReady ? await session.read(i, { dx, dy }) : undefined),
    [session, epoch, isReady, i, dx, dy],
  );
  const { rows, error } = useMap(isThere ? session : undefined, epoch);
  return {
    ...{ training, rows, answer: reading.value },
    /** The whole map, once it is there. */
    map: rows.length === ROWS ? rows : undefined,
    error: training.error ?? reading.error ?? error,
  };
}

export type NetHeld = ReturnType<typeof useNet>;
