// The branches of a session: where each leaves its parent, what it has otherwise, how far it is, whether it is drawn.
import { usePreferences } from "../app/preferences.tsx";
import { formatNumber, formatPercent } from "../text/locale.ts";
import { useText } from "../text/use-text.ts";
import { colourOf } from "./curves/curve-panel.tsx";
import { CHANGEABLE, type RoomSettings } from "./settings.ts";
import { text } from "./text.ts";
import type { BranchView } from "./use-training.ts";

interface BranchTableProps {
  readonly branches: readonly BranchView[];
  readonly active: number;
  readonly hidden: ReadonlySet<number>;
  readonly isBusy: boolean;
  readonly onShow: (id: number, isShown: boolean) => void;
  readonly onActivate: (id: number) => void;
}

export function BranchTable({ branches, active, hidden, isBusy, onShow, onActivate }: BranchTableProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  const printed = (settings: RoomSettings, key: (typeof CHANGEABLE)[number]): string => {
    if (key === "schedule") return t.schedules[settings.schedule];
    if (key === "augment")
      return settings.augment.map((name) => t.augmentations[name]).join(" + ") || t.nothing;
    return formatNumber(settings[key], locale);
  };
  const changesOf = ({ info }: BranchView): string => {
    if (info.parent === undefined) return "";
    const before = branches[info.parent]!.info.settings;
    const changed = CHANGEABLE.filter((key) => String(info.settings[key]) !== String(before[key]));
    return changed.map((key) => `${t[key]} ${printed(info.settings, key)}`).join(", ");
  };
  const { columns } = t;
  return (
    <section class="panel" aria-label={t.branches}>
      <h2>{t.branches}</h2>
      <div class="table-scroll" tabIndex={0} role="region" aria-label={t.branches}>
        <table data-testid="branches">
          <thead>
            <tr>
              {Object.values(columns).map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
              <td />
            </tr>
          </thead>
          <tbody>
            {branches.map((view) => {
              const { info, series, step } = view;
              const name = t.branchName(info.id);
              const score = series.epochs.at(-1)?.validation;
              const loss = series.points.loss.at(-1);
              return (
                <tr key={info.id} data-branch={info.id}>
                  <th scope="row">
                    <svg class="room-swatch" viewBox="0 0 24 8" aria-hidden="true">
                      <line
                        x1="0"
                        y1="4"
                        x2="24"
                        y2="4"
                        stroke={`var(${colourOf(info.id)})`}
                        stroke-width="3"
                      />
                    </svg>
                    {name}
                  </th>
                  <td>{formatNumber(info.from, locale)}</td>
                  <td data-value={step}>{formatNumber(step, locale)}</td>
                  <td>{changesOf(view)}</td>
                  <td data-value={loss}>{loss === undefined ? "" : formatNumber(loss, locale)}</td>
                  <td data-value={score?.accuracy}>{score && formatPercent(score.accuracy, locale)}</td>
                  <td>
                    <input
                      type="checkbox"
                      aria-label={`${columns.shown}: ${name}`}
                      checked={!hidden.has(info.id)}
                      onChange={(event) => onShow(info.id, event.currentTarget.checked)}
                    />
                  </td>
                  <td>
                    {info.id === active ? (
                      t.active
                    ) : (
                      <button type="button" disabled={isBusy} onClick={() => onActivate(info.id)}>
                        {t.goOn}
                      </button>
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}
