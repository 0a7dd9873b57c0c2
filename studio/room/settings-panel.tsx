// The panel of what is trained and how: data, net, training. Fixed while a session is open.
import { useText } from "../text/use-text.ts";
import { NumberField } from "../widgets/number-field.tsx";
import { BOUNDS, printLayers } from "./address.ts";
import { Choice } from "./fields.tsx";
import { PRESET_NAMES, PRESETS, type PresetName, type RoomSettings } from "./settings.ts";
import { ChangeFields, RunFields } from "./settings-form.tsx";
import { text } from "./text.ts";

interface SettingsProps {
  readonly settings: RoomSettings;
  readonly onChange: (change: Partial<RoomSettings>) => void;
  readonly disabled: boolean;
}

const presetOf = ({ layers }: RoomSettings): PresetName | "own" =>
  PRESET_NAMES.find((name) => printLayers(PRESETS[name]) === printLayers(layers)) ?? "own";

export function Settings({ settings, onChange, disabled }: SettingsProps) {
  const t = useText(text);
  const preset = presetOf(settings);
  return (
    <details class="panel" open={!disabled}>
      <summary>{t.settings}</summary>
      <div class="stage">
        <div class="row end">
          <NumberField
            {...{
              label: t.images,
              value: settings.images,
              ...BOUNDS.images,
              step: 500,
              isWhole: true,
              disabled,
            }}
            onChange={(images) => onChange({ images })}
          />
          <Choice
            {...{ label: t.net, value: preset, disabled }}
            options={preset === "own" ? [...PRESET_NAMES, "own" as const] : PRESET_NAMES}
            nameOf={(name) => t.presets[name]}
            onChange={(name) => name !== "own" && onChange({ layers: PRESETS[name] })}
          />
        </div>
        <RunFields {...{ settings, onChange, disabled }} />
        <ChangeFields {...{ settings, onChange, disabled }} />
      </div>
    </details>
  );
}
