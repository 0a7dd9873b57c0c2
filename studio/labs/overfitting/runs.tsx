// Runs side by side: what each was given and what it has come to.

import { usePreferences } from "../../app/preferences.tsx";
import { engineOf } from "../../engine/client.ts";
import type { EpochScore } from "../../engine/training.ts";
import { useComputed } from "../../engine/use-computed.ts";
import { formatNumber, formatPercent } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { ColumnHeads } from "../../widgets/column-heads.tsx";
import { texNumber } from "../../widgets/tex.tsx";
import { Value } from "../../widgets/value.tsx";
import type * as Compute from "./compute.ts";
import { type RunSettings, VALIDATION } from "./nets.ts";
import { text } from "./text.ts";

const engine = engineOf<typeof Compute>("overfitting");

/** A run that was left, to be compared with. */
export interface Run {
  readonly number: number;
  readonly settings: RunSettings;
  readonly scores: readonly EpochScore[];
}

interface RunsProps {
  readonly earlier: readonly Run[];
  readonly current: Omit<Run, "number">;
}

export function Runs({ earlier, current }: RunsProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  const rows = [
    ...earlier.map(({ number, ...run }) => ({ ...run, name: formatNumber(number, locale) })),
    { ...current, name: t.thisRun },
  ];
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={t.runs}>
      <table data-testid="runs">
        <thead>
          <tr>
            <ColumnHeads columns={t.runColumns} />
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <RunRow key={row.name} {...row} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function RunRow({ name, settings, scores }: Omit<Run, "number"> & { readonly name: string }) {
  const t = useText(text);
  const { locale } = usePreferences();
  const { images, hidden, augment } = settings;
  const parameters = useComputed(() => engine.countParameters(hidden), [hidden]);
  const last = scores.at(-1);
  const accuracy = (part: "train" | "validation", of: number) => {
    const share = last?.[part].accuracy;
    if (share === undefined) return null;
    const hits = texNumber(formatNumber(Math.round(share * of), locale));
    return (
      <Value
        {...{ value: share, text: formatPercent(share, locale), label: `${name}, ${t[part]}` }}
        tex={`\\frac{${hits}}{${texNumber(formatNumber(of, locale))}} = ${texNumber(formatNumber(share, locale))}`}
      />
    );
  };
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{formatNumber(images, locale)}</td>
      <td>{parameters.value === undefined ? "" : formatNumber(parameters.value, locale)}</td>
      <td>{t.augments[augment]}</td>
      <td>{formatNumber(last?.epoch ?? 0, locale)}</td>
      <td>{accuracy("train", images)}</td>
      <td>{accuracy("validation", VALIDATION)}</td>
    </tr>
  );
}
