// What the reader chooses: image, filter, the filter's place, and whether to work the numbers out.
import { useText } from "../../text/use-text.ts";
import { Choice } from "../../widgets/choice.tsx";
import { NumberField } from "../../widgets/number-field.tsx";
import { FILTER_NAMES, FILTERS, type USUAL } from "./presets.ts";
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
      <Choice
        label={t.image}
        value={state.image}
        options={["example", "slope", "edge", "random"] as const}
        nameOf={(option) => t.images[option]}
        onChange={(image) => update({ image, answers: [] })}
      />
      <Choice
        label={t.filter}
        value={chosen}
        options={[...FILTER_NAMES, ...(chosen === "own" ? (["own"] as const) : [])]}
        nameOf={(option) => t.filters[option]}
        onChange={(option) => {
          if (option !== "own") onFilter(FILTERS[option]);
        }}
      />
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
