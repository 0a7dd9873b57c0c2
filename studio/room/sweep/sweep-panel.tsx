// A sweep by parallel coordinates: a line for each trial, bounds on each axis, and the trials within them as a table.

import { useState } from "preact/hooks";
import { usePreferences } from "../../app/preferences.tsx";
import { useComputed } from "../../engine/use-computed.ts";
import { formatNumber, formatPercent } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { Choice } from "../../widgets/choice.tsx";
import { ColumnHeads } from "../../widgets/column-heads.tsx";
import { text } from "../text.ts";
import { engine } from "../use-training.ts";
import { type Axis, axisOf } from "./axis.ts";
import { type Bounds, Parallel, WHOLE } from "./parallel.tsx";
import type { Setting, Sweep, Trial } from "./sweeps.ts";

/** The values of a trial on all axes: its settings, then accuracy and loss. */
const valuesOf = ({ settings, accuracy, loss }: Trial): Setting[] => [...settings, accuracy, loss];

interface SweepPanelProps {
  /** Changes when trials may have ended. */
  readonly turn: string;
  readonly onWatch: (run: string) => void;
}

export function SweepPanel({ turn, onWatch }: SweepPanelProps) {
  const t = useText(text);
  const sweeps = useComputed(() => engine.listSweeps(), [turn]);
  const [name, setName] = useState<string>();
  const found = sweeps.value ?? [];
  const sweep = found.find((each) => each.name === name) ?? found[0];
  if (sweep === undefined) return null;
  return (
    <section class="panel stage" aria-label={t.sweeps}>
      <h2>{t.sweeps}</h2>
      {found.length > 1 && (
        <Choice
          {...{
            label: t.sweep,
            value: sweep.name,
            options: found.map((each) => each.name),
            onChange: setName,
          }}
          nameOf={(each) => each}
        />
      )}
      <SweepView key={sweep.name} sweep={sweep} onWatch={onWatch} />
    </section>
  );
}

interface SweepViewProps {
  readonly sweep: Sweep;
  readonly onWatch: (run: string) => void;
}

function SweepView({ sweep, onWatch }: SweepViewProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  const { fields, trials, unscored } = sweep;
  const names = [...fields, t.quantities.accuracy, t.quantities.loss];
  const values = trials.map(valuesOf);
  const axes = names.map((axis, i) =>
    axisOf(
      axis,
      values.map((row) => row[i]!),
    ),
  );
  const [bounded, setBounds] = useState<readonly Bounds[]>([]);
  // A sweep that goes on may come to more axes.
  const bounds = names.map((_, i) => bounded[i] ?? WHOLE);
  const isWithin = (row: readonly Setting[]): boolean =>
    axes.every((axis: Axis, i) => {
      const place = axis.placeOf(row[i]!);
      return place >= bounds[i]![0] && place <= bounds[i]![1];
    });
  const chosen = values.map(isWithin);
  const within = trials.filter((_, i) => chosen[i]);
  const [pointed, setPointed] = useState<number>();
  const print = (value: Setting, axis: number): string => {
    if (typeof value !== "number") return String(value);
    return axis === fields.length ? formatPercent(value, locale, 1) : formatNumber(value, locale, 3);
  };
  return (
    <>
      <p class="hint">{t.sweepHint(formatNumber(unscored, locale))}</p>
      <Parallel
        {...{ axes, values, chosen, bounds, print, pointed }}
        shade={trials.map(({ accuracy }) => axes[fields.length]!.placeOf(accuracy))}
        label={t.parallel(formatNumber(trials.length, locale))}
        onBounds={(i, next) => setBounds(bounds.with(i, next))}
      />
      <div class="row">
        <span aria-live="polite">
          {t.within(formatNumber(within.length, locale), formatNumber(trials.length, locale))}
        </span>
        <button type="button" onClick={() => setBounds([])}>
          {t.all}
        </button>
      </div>
      <div class="table-scroll" tabIndex={0} role="region" aria-label={t.sweeps}>
        <table data-testid="trials">
          <thead>
            <tr>
              <th scope="col">{t.trial}</th>
              <ColumnHeads columns={names} />
              <td />
            </tr>
          </thead>
          <tbody>
            {within.map((trial) => (
              <tr
                key={trial.trial}
                data-trial={trial.trial}
                onPointerEnter={() => setPointed(trials.indexOf(trial))}
                onPointerLeave={() => setPointed(undefined)}
                onFocusIn={() => setPointed(trials.indexOf(trial))}
                onFocusOut={() => setPointed(undefined)}
              >
                <th scope="row">{trial.trial}</th>
                {trial.settings.map((value, i) => (
                  <td key={fields[i]} data-value={value}>
                    {print(value, i)}
                  </td>
                ))}
                <td data-value={trial.accuracy}>{formatPercent(trial.accuracy, locale, 2)}</td>
                <td data-value={trial.loss}>{formatNumber(trial.loss, locale)}</td>
                <td>
                  <button type="button" onClick={() => onWatch(trial.run)}>
                    {t.curves}
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
