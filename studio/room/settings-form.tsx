// The fields of how a net is trained. Knows nothing of sessions.

import { useText } from "../text/use-text.ts";
import { Choice } from "../widgets/choice.tsx";
import { NumberField } from "../widgets/number-field.tsx";
import { BOUNDS } from "./address.ts";
import { Choices } from "./fields.tsx";
import { AUGMENTATIONS, type Change, OPTIMIZERS, type RoomSettings, SCHEDULES } from "./settings.ts";
import { text } from "./text.ts";

type NumberName = {
  [K in keyof Change]-?: Required<Change>[K] extends number ? K : never;
}[keyof Change];

interface TrainingFieldsProps {
  readonly settings: RoomSettings;
  readonly onChange: (change: Change) => void;
  readonly disabled?: boolean;
}

/** All that a run, or a branch of it, is trained by. */
export function TrainingFields({ settings, onChange, disabled = false }: TrainingFieldsProps) {
  const t = useText(text);
  const number = (name: NumberName, step: number, isWhole = false) => (
    <NumberField
      {...{ label: t[name], value: settings[name], ...BOUNDS[name], step, isWhole, disabled }}
      onChange={(value) => onChange({ [name]: value })}
    />
  );
  return (
    <>
      <div class="row end">
        <Choice
          {...{ label: t.optimizer, value: settings.optimizer, options: OPTIMIZERS, disabled }}
          nameOf={(name) => name}
          onChange={(optimizer) => onChange({ optimizer })}
        />
        {number("learningRate", 0.001)}
        <Choice
          {...{ label: t.schedule, value: settings.schedule, options: SCHEDULES, disabled }}
          nameOf={(name) => t.schedules[name]}
          onChange={(schedule) => onChange({ schedule })}
        />
        {settings.optimizer === "sgd" && number("momentum", 0.1)}
        {number("batchSize", 16, true)}
        {number("epochs", 1, true)}
        {number("weightDecay", 0.01)}
        {number("labelSmoothing", 0.05)}
        {number("clipNorm", 1)}
        {number("seed", 1, true)}
      </div>
      <Choices
        {...{ label: t.augment, chosen: settings.augment, options: AUGMENTATIONS, disabled }}
        nameOf={(name) => t.augmentations[name]}
        onChange={(augment) => onChange({ augment })}
      />
    </>
  );
}
