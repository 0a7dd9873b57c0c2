// The form of what is trained and how. Knows nothing of sessions.

import { useText } from "../text/use-text.ts";
import { Choice } from "../widgets/choice.tsx";
import { NumberField } from "../widgets/number-field.tsx";
import { BOUNDS } from "./address.ts";
import { Choices } from "./fields.tsx";
import { AUGMENTATIONS, type Change, OPTIMIZERS, type RoomSettings, SCHEDULES } from "./settings.ts";
import { text } from "./text.ts";

interface FormProps {
  readonly settings: RoomSettings;
  readonly onChange: (change: Partial<RoomSettings>) => void;
  readonly disabled?: boolean;
}

/** What belongs to a run as a whole. */
export function RunFields({ settings, onChange, disabled = false }: FormProps) {
  const t = useText(text);
  return (
    <div class="row end">
      <Choice
        {...{ label: t.optimizer, value: settings.optimizer, options: OPTIMIZERS, disabled }}
        nameOf={(name) => name}
        onChange={(optimizer) => onChange({ optimizer })}
      />
      <NumberField
        {...{ label: t.batchSize, value: settings.batchSize, ...BOUNDS.batchSize, step: 16, disabled }}
        isWhole
        onChange={(batchSize) => onChange({ batchSize })}
      />
      <NumberField
        {...{ label: t.seed, value: settings.seed, ...BOUNDS.seed, step: 1, isWhole: true, disabled }}
        onChange={(seed) => onChange({ seed })}
      />
    </div>
  );
}

interface ChangeProps {
  readonly settings: RoomSettings;
  readonly onChange: (change: Change) => void;
  readonly disabled?: boolean;
}

/** What a branch may have otherwise. */
export function ChangeFields({ settings, onChange, disabled = false }: ChangeProps) {
  const t = useText(text);
  const number = (
    name: "learningRate" | "weightDecay" | "labelSmoothing" | "clipNorm" | "momentum",
    step: number,
  ) => (
    <NumberField
      {...{ label: t[name], value: settings[name], ...BOUNDS[name], step, disabled }}
      onChange={(value) => onChange({ [name]: value })}
    />
  );
  return (
    <>
      <div class="row end">
        {number("learningRate", 0.001)}
        <Choice
          {...{ label: t.schedule, value: settings.schedule, options: SCHEDULES, disabled }}
          nameOf={(name) => t.schedules[name]}
          onChange={(schedule) => onChange({ schedule })}
        />
        {settings.optimizer === "sgd" && number("momentum", 0.1)}
        {number("weightDecay", 0.01)}
        {number("labelSmoothing", 0.05)}
        {number("clipNorm", 1)}
        <NumberField
          {...{ label: t.epochs, value: settings.epochs, ...BOUNDS.epochs, step: 1, isWhole: true, disabled }}
          onChange={(epochs) => onChange({ epochs })}
        />
      </div>
      <Choices
        {...{ label: t.augment, chosen: settings.augment, options: AUGMENTATIONS, disabled }}
        nameOf={(name) => t.augmentations[name]}
        onChange={(augment) => onChange({ augment })}
      />
    </>
  );
}
