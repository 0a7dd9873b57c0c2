// What can be done with a session beside going on: its past, the net inside, what can be taken home.
import { usePreferences } from "../app/preferences.tsx";
import { useComputed } from "../engine/use-computed.ts";
import { formatNumber } from "../text/locale.ts";
import { useText } from "../text/use-text.ts";
import { Later } from "../widgets/later.tsx";
import { codeOf } from "./code.ts";
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
  const { locale } = usePreferences();
  const { branches, active, session, info } = open;
  const view = branches[active]!;
  const { isRunning } = training;
  const kept = useComputed(
    async () => (isRunning ? undefined : (await session.snapshots(active)).length),
    [session, active, isRunning, isRunning ? 0 : view.step],
  );
  const { settings } = view.info;
  const place = { branch: active, step: at };
  // What is in training is looked at as it was after an epoch, of which a state is kept.
  const seen = isRunning ? (view.series.epochs.at(-1)?.step ?? view.info.from) : at;
  const looked: Looked = {
    ...{ key: `${open.run} ${active} ${seen}`, step: seen, classes: info.classes },
    judge: () => session.judge({ branch: active, step: seen }),
    view: (image) => session.view({ branch: active, step: seen }, image),
  };
  return (
    <>
      <Timeline
        {...{ settings, at, onSeek, last: view.step, kept: kept.value, isBusy: isRunning }}
        onBranch={(change) => training.branch(place, change)}
      />
      <Later>
        <Inspector
          {...{ looked, isRunning, testId: "inspector" }}
          title={(step) => (step === undefined ? t.inspect : t.inspectAt(step))}
        >
          <p class="hint">{t.onValidation}</p>
        </Inspector>
      </Later>
      <Later>
        <ExportPanel
          {...{ title: t.exportTitle, hint: t.exportHint(formatNumber(at, locale)), isBusy: isRunning }}
          {...{ name: `net-step-${at}`, code: codeOf(settings, info) }}
          encode={(format) => session.encode(place, format)}
        />
      </Later>
    </>
  );
}
