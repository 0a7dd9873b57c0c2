// The filter: a known one, or numbers of the reader's own, with its size and bias.
import { clamp } from "../../lab/state.ts";
import { useText } from "../../text/use-text.ts";
import { Choice } from "../../widgets/choice.tsx";
import { NumberField } from "../../widgets/number-field.tsx";
import { NumberGrid } from "../../widgets/number-grid.tsx";
import { FILTER_NAMES, FILTERS, nameOf, withSide } from "./presets.ts";
import { text } from "./text.ts";

export const MOST_WEIGHT = 99;
export const MOST_BIAS = 255;
export const SIDES: readonly number[] = [3, 5];

interface WeightsProps {
  readonly w: readonly number[];
  readonly onChange: (w: readonly number[]) => void;
}

/** A filter by its name, and its size. */
export function FilterChoice({ w, onChange }: WeightsProps) {
  const t = useText(text);
  const name = nameOf(w) ?? "own";
  return (
    <>
      <Choice
        label={t.filter}
        value={name}
        options={[...FILTER_NAMES, ...(name === "own" ? (["own"] as const) : [])]}
        nameOf={(option) => t.filters[option]}
        onChange={(option) => {
          if (option !== "own") onChange(FILTERS[option]);
        }}
      />
      <label class="field">
        <span class="label">{t.side}</span>
        <select
          value={Math.sqrt(w.length)}
          onChange={(event) => onChange(withSide(w, Number(event.currentTarget.value)))}
        >
          {SIDES.map((side) => (
            <option key={side} value={side}>{`${side}×${side}`}</option>
          ))}
        </select>
      </label>
    </>
  );
}

/** The filter's numbers, to type in. */
export function Weights({
  w,
  onWeight,
}: {
  w: readonly number[];
  onWeight: (index: number, value: number) => void;
}) {
  const t = useText(text);
  return (
    <NumberGrid
      values={w}
      columns={Math.sqrt(w.length)}
      cell={3}
      label={t.filter}
      caption={t.filter}
      full={Math.max(...w.map(Math.abs))}
      cellLabel={t.filterCell}
      onEdit={(index, value) =>
        value !== undefined && onWeight(index, clamp(value, -MOST_WEIGHT, MOST_WEIGHT))
      }
    />
  );
}

interface BiasProps {
  readonly b: number;
  readonly isInside: boolean;
  readonly onBias: (b: number) => void;
  readonly onInside: (isInside: boolean) => void;
}

export function BiasChoice({ b, isInside, onBias, onInside }: BiasProps) {
  const t = useText(text);
  return (
    <>
      <NumberField label={t.bias} value={b} onChange={onBias} min={-MOST_BIAS} max={MOST_BIAS} step={1} />
      <label class="check">
        <input
          type="checkbox"
          checked={isInside}
          onChange={(event) => onInside(event.currentTarget.checked)}
        />
        {t.inside}
      </label>
    </>
  );
}
