// Run, step, start anew: the session's controls, how far it is, and where it failed.
import { usePreferences } from "../app/preferences.tsx";
import { useComputed } from "../engine/use-computed.ts";
import type { RunActions } from "../lab/keys.ts";
import { shell } from "../text/index.ts";
import { formatNumber } from "../text/locale.ts";
import { useText } from "../text/use-text.ts";
import { FaultText } from "../widgets/fault-text.tsx";
import { placeOf } from "./clock.ts";
import { rateAfterDivergence } from "./settings.ts";
import { text } from "./text.ts";
import { isOver, type OpenSession, type Training } from "./use-training.ts";

/** What the controls and the keys of a session do. */
export function actionsOf(training: Training): RunActions & { readonly step: () => void } {
  const { open, isRunning, isOpening } = training;
  const isFinished = open !== undefined && isOver(open.branches[open.active]!);
  return {
    isRunning,
    run: () => (isRunning ? training.pause() : isFinished || training.run()),
    step: () => void (isRunning || isFinished || isOpening || training.step()),
    reset: () => void (isOpening || training.reset()),
  };
}

export function Controls({ training }: { readonly training: Training }) {
  const t = useText(text);
  const { lab } = useText(shell);
  const { isRunning, isOpening, open, error } = training;
  const actions = actionsOf(training);
  const isFinished = open !== undefined && isOver(open.branches[open.active]!);
  return (
    <section class="panel stage room-controls" aria-label={lab.run}>
      <div class="row">
        <button type="button" class="primary" disabled={isFinished} onClick={actions.run}>
          {isRunning ? `❚❚ ${lab.pause}` : `▶ ${lab.run}`}
        </button>
        <button type="button" disabled={isRunning || isFinished || isOpening} onClick={actions.step}>
          {lab.step}
        </button>
        <button type="button" disabled={open === undefined} onClick={actions.reset}>
          {t.anew}
        </button>
        <span class="for-readers">{lab.keys}</span>
        {isOpening ? t.opening : open === undefined ? t.none : <Status open={open} />}
      </div>
      {error !== undefined && (
        <p class="notice" role="alert">
          {lab.failed} <FaultText fault={error} />
        </p>
      )}
      {open && <Diverged open={open} training={training} />}
    </section>
  );
}

function Status({ open }: { readonly open: OpenSession }) {
  const t = useText(text);
  const { locale } = usePreferences();
  const view = open.branches[open.active]!;
  const { clock, last, settings } = view.info;
  const number = (value: number): string => formatNumber(value, locale, 3);
  const epoch = Math.min(settings.epochs, Math.floor(placeOf(clock, "epoch", view.step) + 1e-6) + 1);
  const speed = view.series.points.imagesPerSecond.at(-1);
  return (
    <span data-testid="status" data-step={view.step} data-ended={view.ended}>
      {t.status(number(view.step), number(last), number(epoch))}
      {speed !== undefined && `, ${t.speed(number(speed))}`}
      {view.ended !== undefined && `. ${t.ends[view.ended]}`}
    </span>
  );
}

/** Steps before the one at which a run diverged that are not gone back to. */
const SAFE = 10;

/** Where the numbers left the finite ones, and the way back. */
function Diverged({ open, training }: { readonly open: OpenSession; readonly training: Training }) {
  const t = useText(text);
  const { locale } = usePreferences();
  const view = open.branches[open.active]!;
  const { info, failure } = view;
  const kept = useComputed(
    async () => (failure === undefined ? undefined : open.session.snapshots(info.id)),
    [open.session, info.id, failure],
  );
  if (failure === undefined) return null;
  // Shortly before the end the weights are on their way already.
  const step = kept.value?.findLast((each) => each <= view.step - SAFE) ?? kept.value?.[0];
  const learningRate = rateAfterDivergence(info.settings.learningRate);
  const { step: at, value } = failure;
  return (
    <div class="notice" role="alert" data-testid="failure">
      {at === undefined ? (
        <p>
          <FaultText fault={failure} />
        </p>
      ) : (
        <>
          <p>
            <strong>{t.diverged(formatNumber(at, locale), value && t.values[value.kind](value))}</strong>
          </p>
          <p>{t.divergedCure(formatNumber(info.settings.learningRate, locale))}</p>
        </>
      )}
      {step !== undefined && (
        <button type="button" onClick={() => training.branch({ branch: info.id, step }, { learningRate })}>
          {t.rewind(formatNumber(step, locale), formatNumber(learningRate, locale))}
        </button>
      )}
    </div>
  );
}
