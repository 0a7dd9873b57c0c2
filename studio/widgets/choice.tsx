// One of several, by name. Knows nothing of what is chosen.

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: string;
  readonly options: readonly T[];
  readonly nameOf: (option: T) => string;
  readonly onChange: (option: T) => void;
  /** Whether an option can be taken now; all can if left out. */
  readonly canTake?: (option: T) => boolean;
  readonly disabled?: boolean;
}

export function Choice<T extends string>(props: ChoiceProps<T>) {
  const { label, value, options, nameOf, onChange, canTake = () => true, disabled = false } = props;
  return (
    <label class="field">
      <span class="label">{label}</span>
      <select
        value={value}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.value as T)}
      >
        {options.map((option) => (
          <option key={option} value={option} disabled={!canTake(option)}>
            {nameOf(option)}
          </option>
        ))}
      </select>
    </label>
  );
}
