// A number to type, step with the arrow keys, or slide. "," and "." are both decimal marks; what is no number or out of
// range is said beside the field and does not reach the lab.
import { useEffect, useId, useState } from "preact/hooks";
import { usePreferences } from "../app/preferences.tsx";
import { shell } from "../text/index.ts";
import { formatNumber, parseNumber } from "../text/locale.ts";
import { useText } from "../text/use-text.ts";

interface NumberFieldProps {
  readonly label: string;
  readonly value: number;
  readonly onChange: (value: number) => void;
  readonly min: number;
  readonly max: number;
  /** What an arrow key adds. */
  readonly step: number;
  /** Only whole numbers. */
  readonly isWhole?: boolean;
  /** A slider below the field. */
  readonly hasSlider?: boolean;
  /** The slider moves by factors. */
  readonly isLog?: boolean;
  readonly disabled?: boolean;
}

const rounded = (value: number): number => Number(value.toPrecision(10));

export function NumberField(props: NumberFieldProps) {
  const {
    label,
    value,
    onChange,
    min,
    max,
    step,
    isWhole = false,
    hasSlider = false,
    isLog = false,
    disabled = false,
  } = props;
  const { locale } = usePreferences();
  const t = useText(shell);
  const id = useId();
  const [draft, setDraft] = useState<string>();
  useEffect(() => setDraft(undefined), [value]);

  const problemOf = (text: string): string | undefined => {
    const number = parseNumber(text);
    if (number === undefined) return t.fields.notANumber;
    if (isWhole && !Number.isInteger(number)) return t.fields.notWhole;
    if (number < min || number > max) {
      return t.fields.outOfRange(formatNumber(min, locale), formatNumber(max, locale));
    }
    return undefined;
  };
  const take = (text: string): void => {
    setDraft(text);
    if (problemOf(text) === undefined) onChange(parseNumber(text)!);
  };
  const move = (by: number): void => onChange(rounded(Math.min(max, Math.max(min, value + by))));
  const shown = draft ?? formatNumber(value, locale, 6);
  const problem = draft === undefined ? undefined : problemOf(draft);
  const toSlider = (number: number): number => (isLog ? Math.log10(number) : number);
  const fromSlider = (number: number): number =>
    rounded(isLog ? Number((10 ** number).toPrecision(3)) : number);
  return (
    <span class="field">
      <label class="label" for={id}>
        {label}
      </label>
      <input
        id={id}
        type="text"
        inputMode="decimal"
        autocomplete="off"
        disabled={disabled}
        value={shown}
        aria-invalid={problem !== undefined}
        aria-describedby={problem && `${id}-problem`}
        onInput={(event) => take(event.currentTarget.value)}
        onBlur={() => problem === undefined && setDraft(undefined)}
        onKeyDown={(event) => {
          if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
          event.preventDefault();
          move((event.key === "ArrowUp" ? step : -step) * (event.shiftKey ? 10 : 1));
        }}
      />
      {hasSlider && (
        <input
          type="range"
          aria-label={label}
          disabled={disabled}
          min={toSlider(min)}
          max={toSlider(max)}
          step={isLog ? 0.01 : step}
          value={toSlider(value)}
          onInput={(event) => onChange(fromSlider(event.currentTarget.valueAsNumber))}
        />
      )}
      {problem && (
        <span class="problem" id={`${id}-problem`} role="alert">
          {problem}
        </span>
      )}
    </span>
  );
}
