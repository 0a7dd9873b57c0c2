// What can be done with a session beside going on: its past, the net inside, what can be taken home.
import { useComputed } from "../engine/use-computed.ts";
import { ExportPanel } from "./export-panel.tsx";
import { Inspector } from "./inspect/inspector.tsx";
import { Timeline } from "./timeline.tsx";
import type { OpenSession, Training } from "./use-training.ts";

interface TrainedProps {
  readonly open: OpenSession;
  readonly training: Training;
  /** The step that is looked at. */
  readonly at: number;
  readonly onSeek: (step: number | undefined) => void;
}

export function Trained({ open, training, at, onSeek }: TrainedProps) {
  const { branches, active, session, info } = open;
  const view = branches[active]!;
  const { isRunning } = training;
  const kept = useComputed(
    async () => (isRunning ? undefined : (await session.snapshots(active)).length),
    [session, active, isRunning, isRunning ? 0 : view.step],
  );
  const { settings } = view.info;
  const place = { branch: active, step: at };
  return (
    <>
      <Timeline
        {...{ settings, at, onSeek, last: view.step, kept: kept.value, isBusy: isRunning }}
        onBranch={(change) => training.branch(place, change)}
      />
      <Inspector {...{ session, info, isRunning, place }} />
      <ExportPanel {...{ session, settings, info, place }} isBusy={isRunning} />
    </>
  );
}
