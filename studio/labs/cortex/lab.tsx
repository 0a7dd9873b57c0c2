// Lab 15: what the visual cortex and the first layer share. A net is trained on digits here and now; a bar is turned, and
// each of its first filters answers, as Hubel and Wiesel heard cells do.
import { useEffect, useState } from "preact/hooks";
import { usePreferences } from "../../app/preferences.tsx";
import { LabPage } from "../../lab/lab-page.tsx";
import { clamp, useLabState } from "../../lab/state.ts";
import { formatNumber, formatPercent, plural } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { NumberField } from "../../widgets/number-field.tsx";
import { texNumber } from "../../widgets/tex.tsx";
import { Value } from "../../widgets/value.tsx";
import { BarDial, halfTurn } from "./bar-dial.tsx";
import { codeOf } from "./code.ts";
import type { Snapshot } from "./compute.ts";
import { FilterCards } from "./filter-cards.tsx";
import { ANGLE_STEP, between, FILTERS, IMAGES, MOST_EPOCHS } from "./geometry.ts";
import { text } from "./text.ts";
import { TuningCurve } from "./tuning-curve.tsx";
import { useTraining } from "./use-training.ts";
import "./cortex.css";

const USUAL = { epochs: 8, filter: 0, angle: 30, seed: 2 };

const check = (given: typeof USUAL): typeof USUAL => ({
  epochs: clamp(Math.round(given.epochs), 0, MOST_EPOCHS),
  filter: clamp(Math.round(given.filter), 0, FILTERS - 1),
  angle: halfTurn(given.angle),
  seed: clamp(Math.round(given.seed), 1, 9999),
});

const meanOf = ({ tunings }: Snapshot): number =>
  tunings.reduce((sum, { selectivity }) => sum + selectivity, 0) / tunings.length;

/** Whether filters have become duller (0), stayed alike (1) or become choosier (2): by a tenth at least. */
function change(before: number, after: number): number {
  if (after > before * 1.1) return 2;
  return after < before * 0.9 ? 0 : 1;
}

const next = ({ epochs }: Pick<typeof USUAL, "epochs">) => ({ epochs: Math.min(MOST_EPOCHS, epochs + 1) });

export function Lab() {
  const t = useText(text);
  const { locale } = usePreferences();
  const [state, update] = useLabState("cortex", USUAL, check);
  const [isRunning, setRunning] = useState(false);
  const { epochs, filter, angle, seed } = state;
  const { first, now, shown, isBusy, error, restart } = useTraining(seed, epochs, angle);
  useEffect(() => {
    if (!isRunning || isBusy) return;
    if (epochs >= MOST_EPOCHS || error !== undefined) return setRunning(false);
    update(next);
  }, [isRunning, isBusy, epochs, error]);
  const turn = (next: number): void => update({ angle: next });
  const format = (value: number): string => formatNumber(value, locale, 3);
  const isTrained = !isBusy && first !== undefined && now !== undefined && now.epochs > 0;
  const choosiest = now && Math.max(...now.tunings.map(({ selectivity }) => selectivity));
  const own = now?.tunings[filter];
  const isDone =
    isTrained && own?.selectivity === choosiest && between(angle, own?.preferred ?? 0) <= ANGLE_STEP;
  return (
    <LabPage
      id="cortex"
      lead={t.lead}
      prediction={{
        question: t.question,
        options: t.options,
        answer: isTrained ? change(meanOf(first), meanOf(now)) : undefined,
        because: isTrained ? t.because(format(meanOf(first)), format(meanOf(now))) : "",
      }}
      actions={{
        isRunning,
        run: () => setRunning(!isRunning && epochs < MOST_EPOCHS),
        step: () => update(next),
        reset: () => {
          setRunning(false);
          update({ epochs: 0 });
        },
      }}
      seed={{ value: seed, onChange: (next) => (next === seed ? restart() : update({ seed: next })) }}
      error={error}
      explain={t.explain}
      task={{ text: t.task, isDone }}
      table={{
        caption: t.caption,
        columns: t.columns,
        rows:
          first && now && shown && !isBusy
            ? now.tunings.map((tuning, i) => [
                i + 1,
                first.tunings[i]!.selectivity,
                tuning.selectivity,
                tuning.preferred,
                Math.max(...tuning.answers),
                shown.answers[i]!,
              ])
            : [],
      }}
      code={codeOf(seed, epochs)}
    >
      <p aria-live="polite" data-testid="progress" data-epochs={now?.epochs}>
        {now === undefined ? (
          t.working
        ) : now.accuracy === undefined ? (
          t.untrained
        ) : (
          <>
            {`${plural(now.epochs, t.passes, locale)}, ${t.accuracy}: `}
            <Value
              {...{ name: "accuracy", value: now.accuracy, label: t.accuracy }}
              text={formatPercent(now.accuracy, locale)}
              tex={`\\frac{${Math.round(now.accuracy * IMAGES)}}{${IMAGES}} = ${texNumber(format(now.accuracy))}`}
            />
          </>
        )}
        {now && isBusy && ` ${t.working}`}
      </p>
      {first && now && shown && own && (
        <div class="cortex">
          <div>
            <BarDial angle={angle} bar={shown.bar} onTurn={turn} />
            <NumberField
              {...{ label: t.angle, value: angle, min: 0, max: 179, step: ANGLE_STEP, isWhole: true }}
              onChange={turn}
            />
          </div>
          <FilterCards
            tunings={now.tunings}
            shown={shown}
            chosen={filter}
            onChoose={(chosen) => update({ filter: chosen })}
          />
          <TuningCurve
            filter={filter}
            before={first.tunings[filter]!}
            now={own}
            shown={shown}
            onTurn={turn}
          />
        </div>
      )}
    </LabPage>
  );
}
