// What the reader chooses: image, filter, the filter's place, and whether to work the numbers out.
import { useText } from "../../text/use-text.ts";
import { NumberField } from "../../widgets/number-field.tsx";
import { FILTER_NAMES, FILTERS, type FilterName, type USUAL } from "./presets.ts";
import { text } from "./text.ts";

interface ControlsProps {
  readonly state: typeof USUAL;
  /** Places of the filter in a row. */
  readonly places: number;
  readonly onFilter: (w: readonly number[]) => void;
  readonly update: (change: Partial<typeof USUAL>) => void;
}

export function Controls({ state, places, onFilter, update }: ControlsProps) {
  const t = useText(text);
  const chosen = FILTER_NAMES.find((option) => FILTERS[option].join() === state.w.join()) ?? "own";
  return (
    <div class="row end">
      <label class="field">
        <span class="label">{t.image}</span>
        <select
          value={state.image}
          onChange={(event) => update({ image: event.currentTarget.value, answers: [] })}
        >
          {(["example", "slope", "edge", "random"] as const).map((option) => (
            <option key={option} value={option}>
              {t.images[option]}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span class="label">{t.filter}</span>
        <select
          value={chosen}
          onChange={(event) => {
            const next = event.currentTarget.value;
            if (next !== "own") onFilter(FILTERS[next as FilterName]);
          }}
        >
          {FILTER_NAMES.map((option) => (
            <option key={option} value={option}>
              {t.filters[option]}
            </option>
          ))}
          {chosen === "own" && <option value="own">{t.filters.own}</option>}
        </select>
      </label>
      {(["y", "x"] as const).map((axis) => (
        <NumberField
          key={axis}
          label={axis === "y" ? t.row : t.column}
          value={state[axis] + 1}
          onChange={(value) => update({ [axis]: value - 1 })}
          min={1}
          max={places}
          step={1}
          isWhole
        />
      ))}
      <label class="check">
        <input
          type="checkbox"
          checked={state.own}
          onChange={(event) => update({ own: event.currentTarget.checked })}
        />
        {t.own}
      </label>
    </div>
  );
}
