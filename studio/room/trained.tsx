// What can be done with a session beside going on: its past, the net inside, what can be taken home.
import { useComputed } from "../engine/use-computed.ts";
import { useText } from "../text/use-text.ts";
import { ExportPanel } from "./export-panel.tsx";
import { Inspector, type Looked } from "./inspect/inspector.tsx";
import { text } from "./text.ts";
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
  const t = useText(text);
  const { branches, active, session, info } = open;
  const view = branches[active]!;
  const { isRunning } = training;
  const kept = useComputed(
    async () => (isRunning ? undefined : (await session.snapshots(active)).length),
    [session, active, isRunning, isRunning ? 0 : view.step],
  );
  const { settings } = view.info;
  const place = { branch: active, step: at };
  const looked: Looked = {
    ...{ key: `${open.run} ${active} ${at}`, step: at, classes: info.classes },
    judge: () => session.judge(place),
    view: (image) => session.view(place, image),
  };
  return (
    <>
      <Timeline
        {...{ settings, at, onSeek, last: view.step, kept: kept.value, isBusy: isRunning }}
        onBranch={(change) => training.branch(place, change)}
      />
      <Inspector
        {...{ looked, isRunning, testId: "inspector" }}
        title={(step) => (step === undefined ? t.inspect : t.inspectAt(step))}
      />
      <ExportPanel {...{ session, settings, info, place }} isBusy={isRunning} />
    </>
  );
}
