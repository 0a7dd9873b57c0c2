// Back in time: a slider over the steps of a branch, and a branch from the step chosen. Knows nothing of how a past
// state is got.
import { useEffect, useState } from "preact/hooks";
import { usePreferences } from "../app/preferences.tsx";
import { formatNumber } from "../text/locale.ts";
import { useText } from "../text/use-text.ts";
import { NumberField } from "../widgets/number-field.tsx";
import { carriedBy } from "./carried.ts";
import { CHANGEABLE, type Change, type RoomSettings } from "./settings.ts";
import { TrainingFields } from "./settings-form.tsx";
import { text } from "./text.ts";

interface TimelineProps {
  /** Of the branch that is gone back in. */
  readonly settings: RoomSettings;
  readonly last: number;
  readonly at: number;
  readonly kept: number | undefined;
  readonly isBusy: boolean;
  readonly onSeek: (step: number | undefined) => void;
  readonly onBranch: (change: Change) => void;
}

export function Timeline({ settings, last, at, kept, isBusy, onSeek, onBranch }: TimelineProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  const [change, setChange] = useState<Change>({});
  useEffect(() => setChange({}), [settings]);
  const isSame = CHANGEABLE.every((key) => String({ ...settings, ...change }[key]) === String(settings[key]));
  return (
    <section class="panel stage" aria-label={t.time}>
      <h2>{t.time}</h2>
      <p class="hint">{t.timeHint}</p>
      <input
        class="room-slider"
        type="range"
        aria-label={t.at}
        {...{ min: 0, max: last, step: 1, value: at, disabled: isBusy }}
        onInput={(event) => onSeek(event.currentTarget.valueAsNumber)}
      />
      <div class="row end">
        <NumberField
          {...{ label: t.at, value: at, min: 0, max: last, step: 1, isWhole: true, disabled: isBusy }}
          onChange={onSeek}
        />
        <button type="button" disabled={isBusy || at === last} onClick={() => onSeek(undefined)}>
          {t.now}
        </button>
        {kept !== undefined && <span class="hint">{t.kept(formatNumber(kept, locale))}</span>}
      </div>
      <details>
        <summary>{t.changes}</summary>
        <TrainingFields
          settings={{ ...settings, ...change }}
          disabled={isBusy}
          onChange={(more) => setChange({ ...change, ...more })}
        />
        <ul class="hint room-carried" aria-live="polite" data-testid="carried">
          {[...carriedBy(settings, change), ...(isSame ? (["nothing"] as const) : [])].map((remark) => (
            <li key={remark}>{t.carried[remark]}</li>
          ))}
        </ul>
      </details>
      <div class="row">
        <button type="button" class="primary" disabled={isBusy} onClick={() => onBranch(change)}>
          {t.branchHere(formatNumber(at, locale))}
        </button>
      </div>
    </section>
  );
}
