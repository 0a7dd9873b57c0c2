// Lab 13: the maximum of a map while its pattern moves: it stays inside the image, and falls at the border or under a
// stride. The search over all places finds where.
import { usePreferences } from "../../app/preferences.tsx";
import { engineOf } from "../../engine/client.ts";
import { useComputed } from "../../engine/use-computed.ts";
import { LabPage } from "../../lab/lab-page.tsx";
import { clamp, useLabState } from "../../lab/state.ts";
import { useTicks } from "../../lab/ticks.ts";
import { formatNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { Choice } from "../../widgets/choice.tsx";
import { NumberField } from "../../widgets/number-field.tsx";
import { texNumber } from "../../widgets/tex.tsx";
import { Value } from "../../widgets/value.tsx";
import { codeOf } from "./code.ts";
import type * as Compute from "./compute.ts";
import type { Corner, PatternName, Placed, WalkOptions } from "./compute.ts";
import { Counterexamples } from "./counterexamples.tsx";
import { INSIDE, isInside, PATTERN_NAMES, PATTERNS, SIZES } from "./geometry.ts";
import { Stage } from "./stage.tsx";
import { text } from "./text.ts";
import "./maximum.css";

const engine = engineOf<typeof Compute>("maximum");

const USUAL = { pattern: "hook" as string, stride: 1, padding: 0, x: 4, y: 4 };
const EXAMPLE = { pattern: "hook", stride: 1, padding: 0 } as const;
const MOST_STRIDE = 3;
const MOST_PADDING = 2;
const PAUSE = 140;
const INNER = (INSIDE + 1) ** 2;

function check(given: typeof USUAL): typeof USUAL {
  const whole = (value: number, min: number, max: number): number => clamp(Math.round(value), min, max);
  return {
    pattern: PATTERN_NAMES.includes(given.pattern as PatternName) ? given.pattern : USUAL.pattern,
    stride: whole(given.stride, 1, MOST_STRIDE),
    padding: whole(given.padding, 0, MOST_PADDING),
    x: whole(given.x, SIZES.first, SIZES.last),
    y: whole(given.y, SIZES.first, SIZES.last),
  };
}

/** The corner after this one among those inside, row by row. */
function nextInside({ x, y }: Corner): Corner {
  const number = isInside({ x, y }) ? (y * (INSIDE + 1) + x + 1) % INNER : 0;
  return { x: number % (INSIDE + 1), y: Math.floor(number / (INSIDE + 1)) };
}

export function Lab() {
  const t = useText(text);
  const { locale } = usePreferences();
  const [state, update] = useLabState("maximum", USUAL, check);
  const { stride, padding, x, y } = state;
  const options: WalkOptions = { pattern: state.pattern as PatternName, stride, padding };
  const shape = [options.pattern, stride, padding] as const;
  const found = useComputed(() => engine.search(options), shape);
  const placed = useComputed(() => engine.place(options, { x, y }), [...shape, x, y]);
  const example = useComputed(
    () => Promise.all([engine.place(EXAMPLE, { x: 4, y: 3 }), engine.place(EXAMPLE, { x: 6, y: 4 })]),
    [],
  );
  const [before, after] = example.value?.map(({ peak }) => peak.max) ?? [];
  const search = found.value;
  const peak = placed.value?.peak;
  const isHere = peak !== undefined && peak.x === x && peak.y === y;
  const isLast = x === INSIDE && y === INSIDE;
  const [isRunning, setRunning] = useTicks(update, {
    ...{ next: nextInside, at: [search, x, y], pause: PAUSE, isBusy: search === undefined || !isHere },
    isOver: isLast || (isHere && isInside({ x, y }) && peak.max < (search?.best ?? 0)),
  });
  const format = (value: number): string => formatNumber(value, locale);
  const isDone =
    search !== undefined && isHere && isInside(peak) && peak.max <= search.best / 2 && !placed.isBusy;
  return (
    <LabPage
      id="maximum"
      lead={t.lead}
      prediction={{
        question: t.question,
        options: t.options,
        answer: before === undefined || after === undefined ? undefined : 1 + Math.sign(after - before),
        because: t.because(format(before ?? 0), format(after ?? 0)),
      }}
      actions={{
        isRunning,
        run: () => {
          // From a place that has broken it already, the search goes on behind it.
          if (!isRunning) update(nextInside);
          setRunning(!isRunning);
        },
        step: () => update(nextInside),
        reset: () => {
          setRunning(false);
          update({ x: USUAL.x, y: USUAL.y });
        },
      }}
      error={found.error ?? placed.error}
      explain={t.explain}
      task={{ text: t.task, isDone }}
      table={{
        caption: t.caption,
        columns: t.columns,
        rows: (search?.peaks ?? []).map((each) => [
          each.y + 1,
          each.x + 1,
          each.max,
          each.row + 1,
          each.column + 1,
          isInside(each) ? t.yes : t.no,
        ]),
      }}
      code={codeOf(options, x, y)}
    >
      <Controls state={state} update={update} />
      {placed.value && search && (
        <Stage placed={placed.value} search={search} at={{ x, y }} onMove={update} />
      )}
      {placed.value && search && (
        <>
          <Peak placed={placed.value} options={options} best={search.best} />
          <Counterexamples search={search} count={INNER} onShow={update} />
        </>
      )}
      <p>{t.runHint}</p>
    </LabPage>
  );
}

interface ControlsProps {
  readonly state: typeof USUAL;
  readonly update: (change: Partial<typeof USUAL>) => void;
}

function Controls({ state, update }: ControlsProps) {
  const t = useText(text);
  const fields = [
    { name: "stride", min: 1, max: MOST_STRIDE, offset: 0 },
    { name: "padding", min: 0, max: MOST_PADDING, offset: 0 },
    { name: "y", min: SIZES.first + 1, max: SIZES.last + 1, offset: 1 },
    { name: "x", min: SIZES.first + 1, max: SIZES.last + 1, offset: 1 },
  ] as const;
  const labels = { stride: t.stride, padding: t.padding, y: t.row, x: t.column };
  return (
    <div class="row end">
      <Choice
        label={t.pattern}
        value={state.pattern}
        options={PATTERN_NAMES}
        nameOf={(name) => t.patterns[name]}
        onChange={(pattern) => update({ pattern })}
      />
      {fields.map(({ name, min, max, offset }) => (
        <NumberField
          key={name}
          {...{ label: labels[name], value: state[name] + offset, min, max, step: 1, isWhole: true }}
          onChange={(value) => update({ [name]: value - offset })}
        />
      ))}
    </div>
  );
}

interface PeakProps {
  readonly placed: Placed;
  readonly options: WalkOptions;
  readonly best: number;
}

/** The maximum now and its place, each with its formula. */
function Peak({ placed: { peak, image }, options, best }: PeakProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  const tex = (value: number): string => texNumber(formatNumber(value, locale));
  const [row, column] = [peak.row + 1, peak.column + 1];
  const filter = PATTERNS[options.pattern];
  /** The light under the filter's cell at the peak; outside of the image there is none. */
  const under = (cell: number): number => {
    const x = options.stride * peak.column - options.padding + (cell % SIZES.pattern);
    const y = options.stride * peak.row - options.padding + Math.floor(cell / SIZES.pattern);
    const isIn = Math.min(x, y) >= 0 && Math.max(x, y) < SIZES.side;
    return isIn ? image[y * SIZES.side + x]! : 0;
  };
  const products = filter.map((w, cell) => `${w}\\cdot ${under(cell)}`).join(" + ");
  const argmax = `(i, j) = (${row},\\,${column}):\\quad ${products} = ${tex(peak.max)} = \\max`;
  return (
    <p aria-live="polite" data-testid="peak">
      {`${t.now} = `}
      <strong>
        <Value
          name="max"
          label={t.now}
          value={peak.max}
          tex={`\\max_{i,j} \\sum_{k,l} w_{kl}\\,x_{si-p+k,\\;sj-p+l} = ${products} = ${tex(peak.max)}`}
        />
      </strong>
      {`, argmax: ${t.argmax.row} `}
      <Value {...{ name: "row", label: t.argmax.row, value: row }} tex={argmax} />
      {`, ${t.argmax.column} `}
      <Value {...{ name: "column", label: t.argmax.column, value: column }} tex={argmax} />
      {`; ${t.best} `}
      <Value
        name="best"
        label={t.best}
        value={best}
        tex={`\\sum_{k,l} w_{kl}^2 = ${filter.map((w) => `${w}^2`).join(" + ")} = ${tex(best)}`}
      />
    </p>
  );
}
