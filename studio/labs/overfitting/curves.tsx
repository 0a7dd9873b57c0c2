// The curves of a run, with the validation curves of earlier ones behind them.
import { useMemo } from "preact/hooks";
import { usePreferences } from "../../app/preferences.tsx";
import type { EpochScore } from "../../engine/training.ts";
import { formatNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { LinePlot } from "../../widgets/line-plot.tsx";
import type { Run } from "./runs.tsx";
import { text } from "./text.ts";

interface CurvesProps {
  readonly scores: readonly EpochScore[];
  readonly earlier: readonly Run[];
}

/** Of the lines of earlier runs: both their colours and their dashes differ. */
const EARLIER = [
  { colour: "--ink-soft", dash: [2, 4] },
  { colour: "--good", dash: [8, 3, 2, 3] },
  { colour: "--bad", dash: [12, 4] },
  { colour: "--line-strong", dash: [1, 5] },
] as const;

export function Curves({ scores, earlier }: CurvesProps) {
  const t = useText(text);
  const x = useMemo(() => {
    const most = Math.max(scores.length, ...earlier.map((run) => run.scores.length));
    return Array.from({ length: most }, (_, epoch) => epoch);
  }, [scores, earlier]);
  return (
    <div class="side-by-side">
      <Curve {...{ x, scores, earlier, measure: "accuracy", yLabel: t.accuracies, label: t.accuracyPlot }} />
      <Curve {...{ x, scores, earlier, measure: "loss", yLabel: t.losses, label: t.lossPlot }} />
    </div>
  );
}

interface CurveProps extends CurvesProps {
  readonly x: readonly number[];
  readonly measure: "accuracy" | "loss";
  readonly yLabel: string;
  readonly label: string;
}

function Curve({ x, scores, earlier, measure, yLabel, label }: CurveProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  const curves = useMemo(() => {
    // A run that is shorter than another ends earlier.
    const along = (all: readonly EpochScore[], part: "train" | "validation") =>
      x.map((epoch) => all[epoch]?.[part][measure] ?? null);
    return [
      { label: t.train, values: along(scores, "train") },
      { label: t.validation, values: along(scores, "validation"), colour: "--negative" },
      ...earlier.map((run) => ({
        ...{ label: t.earlier(formatNumber(run.number, locale)), values: along(run.scores, "validation") },
        ...{ ...EARLIER[run.number % EARLIER.length]!, width: 1.5 },
      })),
    ];
  }, [x, scores, earlier, measure, t, locale]);
  return <LinePlot x={x} curves={curves} xLabel={t.epoch} yLabel={yLabel} label={label} />;
}
