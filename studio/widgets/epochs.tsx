// Where a training run is: the epoch, a bar towards the one that is wanted, and the net's scores, each with its fraction.
import { usePreferences } from "../app/preferences.tsx";
import type { EpochScore } from "../engine/training.ts";
import { shell } from "../text/index.ts";
import { formatNumber, formatPercent } from "../text/locale.ts";
import { useText } from "../text/use-text.ts";
import { texNumber } from "./tex.tsx";
import { Value } from "./value.tsx";

interface EpochsProps {
  readonly scores: readonly EpochScore[];
  /** Epochs done, the one under way by its share. */
  readonly progress: number;
  readonly wanted: number;
  /** Images of each set. */
  readonly counts: { readonly train: number; readonly validation: number };
}

export function Epochs({ scores, progress, wanted, counts }: EpochsProps) {
  const t = useText(shell).training;
  const { locale } = usePreferences();
  const format = (value: number): string => formatNumber(value, locale);
  const last = scores.at(-1);
  const accuracy = (part: "train" | "validation", score: EpochScore) => {
    const value = score[part].accuracy;
    const hits = `\\frac{${texNumber(format(Math.round(value * counts[part])))}}{${texNumber(format(counts[part]))}}`;
    return (
      <>
        {`${t[part]}: `}
        <Value
          {...{ name: part, label: t[part], value, text: formatPercent(value, locale) }}
          tex={`\\text{${t.accuracy}} = ${hits} = ${texNumber(format(value))}`}
        />
      </>
    );
  };
  return (
    <div class="row epochs" data-epoch={last?.epoch}>
      <span>{`${t.epoch} ${format(last?.epoch ?? 0)}`}</span>
      {(last?.epoch ?? -1) < wanted && (
        <progress aria-label={t.progress} max={Math.max(1, wanted)} value={progress} />
      )}
      {last && (
        <span>
          {`${t.accuracy}: `}
          {accuracy("train", last)}
          {", "}
          {accuracy("validation", last)}
        </span>
      )}
    </div>
  );
}
