// A small matrix with its numbers written in its squares, to read or to type in. Colours say the sign; the sign is
// written too. Knows nothing of what the numbers mean.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { usePreferences } from "../app/preferences.tsx";
import { formatNumber, parseNumber } from "../text/locale.ts";

/** What is known of a number that was typed. */
export type CellState = "right" | "wrong" | undefined;

interface NumberGridProps {
  /** Row by row; undefined where there is no number yet. */
  readonly values: readonly (number | undefined)[];
  readonly columns: number;
  readonly label: string;
  readonly caption?: string;
  /** Whether squares are coloured, and by how much: the number that has the full colour. */
  readonly full?: number;
  /** Called with what is typed into a square; left out, nothing can be typed. */
  readonly onEdit?: (index: number, value: number | undefined) => void;
  /** The name of a square that can be typed in. */
  readonly cellLabel?: (row: number, column: number) => string;
  readonly states?: readonly CellState[];
  /** The square to point out. */
  readonly marked?: number | undefined;
  /** Width of a square in rem at the most. */
  readonly cell?: number;
  /** Laid over the squares: a CellMover. */
  readonly children?: ComponentChildren;
}

/** How much of the full colour a square gets at most, so that its number stays legible. */
const STRONGEST = 42;

function tint(value: number | undefined, full: number | undefined): string | undefined {
  if (value === undefined || value === 0 || !full) return undefined;
  const share = Math.min(1, Math.abs(value) / full) * STRONGEST;
  return `color-mix(in srgb, var(${value < 0 ? "--negative" : "--positive"}) ${share.toFixed(0)}%, var(--raised))`;
}

export function NumberGrid(props: NumberGridProps) {
  const { values, columns, label, caption, full, onEdit, cellLabel, states, marked, cell = 2.6 } = props;
  const { locale } = usePreferences();
  const named = cellLabel ?? ((row: number, column: number) => `${label}: ${row}, ${column}`);
  return (
    <figure class="figure number-grid">
      <div class="number-grid-box" style={{ width: `${columns * cell}rem` }}>
        <div
          class="number-grid-cells"
          {...{ role: onEdit ? "group" : "img", "aria-label": label }}
          style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}
        >
          {values.map((value, index) => (
            <span
              key={index}
              class={`number-cell ${states?.[index] ?? ""} ${marked === index ? "marked" : ""}`}
              style={{ background: tint(value, full) ?? "" }}
            >
              {onEdit ? (
                <CellInput
                  value={value}
                  label={named(Math.floor(index / columns) + 1, (index % columns) + 1)}
                  isWrong={states?.[index] === "wrong"}
                  onChange={(typed) => onEdit(index, typed)}
                />
              ) : (
                <span>{value === undefined ? "·" : formatNumber(value, locale, 3)}</span>
              )}
            </span>
          ))}
        </div>
        {props.children}
      </div>
      {caption && <figcaption>{caption}</figcaption>}
    </figure>
  );
}

interface CellInputProps {
  readonly value: number | undefined;
  readonly label: string;
  readonly isWrong: boolean;
  readonly onChange: (value: number | undefined) => void;
}

/** A square to type in; ↑ and ↓ add and take one. What is no number stays in the square and is marked. */
function CellInput({ value, label, isWrong, onChange }: CellInputProps) {
  const { locale } = usePreferences();
  const [draft, setDraft] = useState<string>();
  useEffect(() => setDraft(undefined), [value]);
  const isOdd = draft !== undefined && draft.trim() !== "" && parseNumber(draft) === undefined;
  return (
    <input
      type="text"
      inputMode="text"
      autocomplete="off"
      aria-label={label}
      aria-invalid={isOdd || isWrong}
      value={draft ?? (value === undefined ? "" : formatNumber(value, locale, 4))}
      onFocus={(event) => event.currentTarget.select()}
      onInput={(event) => {
        const typed = event.currentTarget.value;
        setDraft(typed);
        if (typed.trim() === "" || parseNumber(typed) !== undefined) onChange(parseNumber(typed));
      }}
      onBlur={() => !isOdd && setDraft(undefined)}
      onKeyDown={(event) => {
        if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
        event.preventDefault();
        onChange(Number(((value ?? 0) + (event.key === "ArrowUp" ? 1 : -1)).toPrecision(10)));
      }}
    />
  );
}
