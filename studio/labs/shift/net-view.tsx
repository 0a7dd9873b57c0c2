// One of the two nets: how far it is trained, what it reads in the moved digit, and its map of shifts.
import { usePreferences } from "../../app/preferences.tsx";
import type { TrainingView } from "../../engine/use-training.ts";
import { formatNumber, formatPercent } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { CellMover } from "../../widgets/cell-mover.tsx";
import { Epochs } from "../../widgets/epochs.tsx";
import { NumberGrid } from "../../widgets/number-grid.tsx";
import { type Answer, ProbabilityBars } from "../../widgets/probability-bars.tsx";
import { texNumber } from "../../widgets/tex.tsx";
import { Value } from "../../widgets/value.tsx";
import type { Shift } from "./compute.ts";
import { IMAGES, MEASURED, type NetName, REACH, VALIDATION } from "./nets.ts";
import { text } from "./text.ts";
import { ROWS, type ShiftAccuracy } from "./use-net.ts";

interface NetViewProps {
  readonly net: NetName;
  readonly training: Pick<TrainingView<unknown>, "scores" | "progress">;
  readonly wanted: number;
  readonly answer: Answer | undefined;
  readonly label: number | undefined;
  /** The map, as far as it is measured. */
  readonly rows: ShiftAccuracy;
  readonly shift: Shift;
  readonly onShift: (shift: Shift) => void;
}

const DIGITS = Array.from({ length: 10 }, (_, digit) => String(digit));

export function NetView(props: NetViewProps) {
  const { net, training, wanted, answer, label, rows, shift, onShift } = props;
  const t = useText(text);
  const { locale } = usePreferences();
  const name = t.nets[net];
  return (
    <section aria-label={name} data-net={net}>
      <h2>{name}</h2>
      <p class="hint">{t.about[net]}</p>
      <Epochs
        {...{ scores: training.scores, progress: training.progress, wanted }}
        counts={{ train: IMAGES, validation: VALIDATION }}
      />
      <ProbabilityBars {...{ classes: DIGITS, answer, right: label, label: t.answers(name) }} />
      <h3>{t.map}</h3>
      {rows.length === 0 ? (
        <p class="hint">{t.measuring}</p>
      ) : (
        <NumberGrid
          values={cellsOf(rows)}
          {...{ columns: ROWS, full: 100, label: t.mapLabel(name), cell: 2.3 }}
        >
          <CellMover
            {...{ columns: ROWS, rows: ROWS, width: 1, height: 1 }}
            at={{ x: shift.dx + REACH, y: shift.dy + REACH }}
            label={t.mapMove}
            text={t.place(formatNumber(shift.dx, locale), formatNumber(shift.dy, locale))}
            onMove={({ x, y }) => onShift({ dx: x - REACH, dy: y - REACH })}
          />
        </NumberGrid>
      )}
      {rows.length === ROWS && <MapValues map={rows} shift={shift} />}
    </section>
  );
}

/** Per cent of every shift; nothing yet where it is not measured. */
const cellsOf = (rows: ShiftAccuracy): (number | undefined)[] =>
  Array.from({ length: ROWS * ROWS }, (_, i) => {
    const accuracy = rows[Math.floor(i / ROWS)]?.[i % ROWS];
    return accuracy === undefined ? undefined : Math.round(100 * accuracy);
  });

/** The accuracy at this shift and the mean over all, with their fractions. */
function MapValues({ map, shift }: { readonly map: ShiftAccuracy; readonly shift: Shift }) {
  const t = useText(text);
  const { locale } = usePreferences();
  const tex = (value: number): string => texNumber(formatNumber(value, locale));
  const all = map.flat();
  const here = map[shift.dy + REACH]![shift.dx + REACH]!;
  const sum = all.reduce((total, accuracy) => total + accuracy, 0);
  return (
    <p>
      {`${t.here}: `}
      <Value
        {...{ name: "here", value: here, label: t.here, text: formatPercent(here, locale) }}
        tex={`\\text{${t.accuracy}}(${tex(shift.dx)}; ${tex(shift.dy)}) = \\frac{${tex(Math.round(here * MEASURED))}}{${MEASURED}}`}
      />
      {`, ${t.mean}: `}
      <Value
        {...{
          name: "mean",
          value: sum / all.length,
          label: t.mean,
          text: formatPercent(sum / all.length, locale),
        }}
        tex={`\\tfrac{1}{${all.length}}\\sum_{dx,\\,dy} \\text{${t.accuracy}}(dx; dy) = \\frac{${tex(sum)}}{${all.length}} = ${tex(sum / all.length)}`}
      />
    </p>
  );
}
