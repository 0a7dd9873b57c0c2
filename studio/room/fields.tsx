// Small fields of the room: yes or no, and several of several.
import type { ComponentChildren } from "preact";

interface CheckProps {
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
  readonly disabled?: boolean;
  readonly children: ComponentChildren;
}

export function Check({ isOn, onChange, disabled = false, children }: CheckProps) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={isOn}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      {children}
    </label>
  );
}

interface ChoicesProps<T extends string> {
  readonly label: string;
  readonly chosen: readonly T[];
  readonly options: readonly T[];
  readonly nameOf: (option: T) => string;
  readonly onChange: (chosen: T[]) => void;
  readonly disabled?: boolean;
}

export function Choices<T extends string>(props: ChoicesProps<T>) {
  const { label, chosen, options, nameOf, onChange, disabled = false } = props;
  return (
    <fieldset class="room-choices">
      <legend>{label}</legend>
      {options.map((option) => (
        <Check
          key={option}
          isOn={chosen.includes(option)}
          disabled={disabled}
          onChange={(isOn) =>
            onChange(options.filter((each) => (each === option ? isOn : chosen.includes(each))))
          }
        >
          {nameOf(option)}
        </Check>
      ))}
    </fieldset>
  );
}
