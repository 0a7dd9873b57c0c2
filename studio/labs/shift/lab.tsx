// Lab 9: the same digits, a dense and a convolutional net, and what a shift by a few pixels does to each.
import { useMemo } from "preact/hooks";
import { usePreferences } from "../../app/preferences.tsx";
import { useComputed } from "../../engine/use-computed.ts";
import { LabPage } from "../../lab/lab-page.tsx";
import { clamp, useLabState, whileStill } from "../../lab/state.ts";
import { formatNumber, formatPercent } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { CellMover } from "../../widgets/cell-mover.tsx";
import { HeatMap } from "../../widgets/heat-map.tsx";
import { NumberField } from "../../widgets/number-field.tsx";
import { codeOf } from "./code.ts";
import type { Shift, ShiftedDigit } from "./compute.ts";
import { NetView } from "./net-view.tsx";
import { MOST_EPOCHS, REACH, SIDE, VALIDATION } from "./nets.ts";
import { text } from "./text.ts";
import { engine, ROWS, type ShiftAccuracy, useNet } from "./use-net.ts";
import "./shift.css";

const USUAL = { i: 4, dx: 3, dy: 0, t: 5, seed: 1 };
/** The digit's own box: 20 × 20 in the middle. */
const BOX = 20;
const BLANK = new Uint8Array(SIDE * SIDE);
/** What the task asks for. */
const [SURE, NEAR] = [0.8, 3];

export function Lab() {
  const t = useText(text);
  const { locale } = usePreferences();
  const [state, update] = useLabState("shift", USUAL, (given) => ({
    i: clamp(Math.round(given.i), 0, VALIDATION - 1),
    dx: clamp(Math.round(given.dx), -REACH, REACH),
    dy: clamp(Math.round(given.dy), -REACH, REACH),
    t: clamp(Math.round(given.t), 0, MOST_EPOCHS),
    seed: clamp(Math.round(given.seed), 1, 9999),
  }));
  const { i, dx, dy, seed } = state;
  const onEpoch = (t: number): void => update(whileStill(state, { t }));
  const dense = useNet("dense", state, onEpoch);
  const conv = useNet("conv", state, onEpoch);
  const nets = { dense, conv };
  const digit = useComputed(() => engine.shiftedDigit(i, { dx, dy }), [i, dx, dy]);
  const isRunning = dense.training.actions.isRunning || conv.training.actions.isRunning;
  const rows = useMemo(() => rowsOf(dense.rows, conv.rows), [dense.rows, conv.rows]);
  const percent = (map: ShiftAccuracy | undefined, column: number): string =>
    map === undefined ? "" : formatPercent(map[REACH]![column]!, locale);
  return (
    <LabPage
      id="shift"
      lead={t.lead}
      prediction={{
        question: t.question,
        options: t.options,
        answer: conv.map && dense.map && keptOf(dense.map),
        because: t.because(
          percent(dense.map, REACH),
          percent(dense.map, 2 * REACH),
          percent(conv.map, 2 * REACH),
        ),
      }}
      actions={{
        isRunning,
        stride: "epoch",
        run: () => {
          dense.training.actions.run();
          conv.training.actions.run();
        },
        step: () => onEpoch(Math.min(MOST_EPOCHS, state.t + 1)),
        reset: () => {
          dense.training.actions.reset();
          conv.training.actions.reset();
        },
      }}
      seed={{
        value: seed,
        onChange: (value) => {
          if (value !== seed) return update({ seed: value });
          dense.training.restart();
          conv.training.restart();
        },
      }}
      error={dense.error ?? conv.error ?? digit.error}
      explain={t.explain}
      task={{
        text: t.task,
        isDone: isTold(
          digit.value?.label,
          { dx, dy },
          dense.answer?.probabilities,
          conv.answer?.probabilities,
        ),
      }}
      table={{ caption: t.caption, columns: t.columns, rows }}
      code={codeOf(seed, state.t)}
    >
      <div class="shift">
        <Digit digit={digit.value} state={state} onChange={update} />
        {(["dense", "conv"] as const).map((net) => (
          <NetView
            key={net}
            {...{ net, training: nets[net].training, label: digit.value?.label, rows: nets[net].rows }}
            {...{ answer: nets[net].answer, shift: { dx, dy } }}
            wanted={nets[net].training.actions.isRunning ? MOST_EPOCHS : state.t}
            onShift={update}
          />
        ))}
      </div>
    </LabPage>
  );
}

/** Which option of the prediction is right: the share of right answers that a shift of 4 to the right leaves. */
function keptOf(map: ShiftAccuracy): number {
  const kept = map[REACH]![2 * REACH]! / map[REACH]![REACH]!;
  return kept > 0.8 ? 0 : kept >= 1 / 3 ? 1 : 2;
}

/** Whether this digit at this shift tells the nets apart as the task asks. */
function isTold(
  label: number | undefined,
  { dx, dy }: Shift,
  dense: readonly number[] | undefined,
  conv: readonly number[] | undefined,
): boolean {
  if (label === undefined || dense === undefined || conv === undefined) return false;
  const most = Math.max(...dense);
  const isFooled = dense.indexOf(most) !== label && most >= SURE;
  return Math.max(Math.abs(dx), Math.abs(dy)) <= NEAR && isFooled && conv[label]! >= SURE;
}

/** Every shift with the accuracy of both nets; "—" until it is measured. */
function rowsOf(dense: ShiftAccuracy, conv: ShiftAccuracy) {
  const shifts = Array.from({ length: ROWS }, (_, at) => at);
  return shifts.flatMap((y) =>
    shifts.map((x) => [x - REACH, y - REACH, dense[y]?.[x] ?? "—", conv[y]?.[x] ?? "—"]),
  );
}

interface DigitProps {
  readonly digit: ShiftedDigit | undefined;
  readonly state: typeof USUAL;
  readonly onChange: (change: Partial<typeof USUAL>) => void;
}

/** The digit to move, and the same by typed numbers. */
function Digit({ digit, state, onChange }: DigitProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  const { i, dx, dy } = state;
  const format = (value: number): string => formatNumber(value, locale);
  const shiftField = { min: -REACH, max: REACH, step: 1, isWhole: true, hasSlider: true };
  const margin = (SIDE - BOX) / 2;
  return (
    <div class="stage">
      <HeatMap
        {...{ values: digit?.pixels ?? BLANK, width: SIDE, height: SIDE, scale: "light", min: 0, max: 255 }}
        {...{ size: 280, label: t.picture(digit === undefined ? "" : String(digit.label)) }}
        {...(digit && { caption: t.isA(String(digit.label)) })}
      >
        <CellMover
          {...{ columns: SIDE, rows: SIDE, width: BOX, height: BOX }}
          at={{ x: margin + dx, y: margin + dy }}
          from={{ x: margin - REACH, y: margin - REACH }}
          to={{ x: margin + REACH, y: margin + REACH }}
          label={t.move}
          text={t.place(format(dx), format(dy))}
          onMove={({ x, y }) => onChange({ dx: x - margin, dy: y - margin })}
        />
      </HeatMap>
      <div class="row end">
        <NumberField {...shiftField} label={t.dx} value={dx} onChange={(value) => onChange({ dx: value })} />
        <NumberField {...shiftField} label={t.dy} value={dy} onChange={(value) => onChange({ dy: value })} />
        <NumberField
          {...{ label: t.digit, value: i, min: 0, max: VALIDATION - 1, step: 1, isWhole: true }}
          onChange={(value) => onChange({ i: value })}
        />
      </div>
    </div>
  );
}
