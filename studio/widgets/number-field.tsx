// A number to type, step with the arrow keys, or slide. "," and "." are both decimal marks; what is no number or out of
// range is said beside the field and does not reach the lab.
import { useEffect, useId, useRef, useState } from "preact/hooks";
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
  /** What follows from it takes long: it counts on Enter, when the field is left, or after a pause. */
  readonly isCostly?: boolean;
  readonly disabled?: boolean;
}

/** Milliseconds without a key after which what has been typed counts. */
const PAUSE = 700;

/** `onChange` at once, or where that is costly when the user has come to rest; and what does not wait any longer. */
function useRest(onChange: (value: number) => void, isCostly: boolean) {
  const waiting = useRef<{ readonly value: number; readonly timer: ReturnType<typeof setTimeout> }>(
    undefined,
  );
  const latest = useRef(onChange);
  latest.current = onChange;
  const drop = (): void => {
    clearTimeout(waiting.current?.timer);
    waiting.current = undefined;
  };
  const settle = (): void => {
    const value = waiting.current?.value;
    drop();
    if (value !== undefined) latest.current(value);
  };
  const give = (value: number): void => {
    drop();
    if (isCostly) waiting.current = { value, timer: setTimeout(settle, PAUSE) };
    else onChange(value);
  };
  useEffect(() => drop, []);
  return { give, drop, settle };
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
    isCostly = false,
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
  const { give, drop, settle } = useRest(onChange, isCostly);
  const take = (text: string): void => {
    setDraft(text);
    if (problemOf(text) === undefined) give(parseNumber(text)!);
    else drop();
  };
  const move = (by: number): void => {
    const from = draft !== undefined && problemOf(draft) === undefined ? parseNumber(draft)! : value;
    const next = rounded(Math.min(max, Math.max(min, from + by)));
    if (isCostly) setDraft(formatNumber(next, locale, 6));
    give(next);
  };
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
        onBlur={() => {
          settle();
          if (problem === undefined) setDraft(undefined);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") settle();
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
