// The panel of what is trained and how: data, net, training. Fixed while a session is open.

import { useText } from "../text/use-text.ts";
import { Choice } from "../widgets/choice.tsx";
import { printLayers } from "./address.ts";
import { Composer } from "./compose/composer.tsx";
import { DataChoice, type DataThere } from "./data/data-choice.tsx";
import { PRESET_NAMES, PRESETS, type PresetName, type RoomSettings } from "./settings.ts";
import { TrainingFields } from "./settings-form.tsx";
import { text } from "./text.ts";

interface SettingsProps {
  readonly settings: RoomSettings;
  readonly there: DataThere;
  /** Of the images, as far as they are known. */
  readonly shape: readonly number[];
  readonly classes: number;
  /** Why there is nothing to learn from as yet. */
  readonly lack: string | undefined;
  readonly onChange: (change: Partial<RoomSettings>) => void;
  readonly disabled: boolean;
  /** Whether the form is open at first. */
  readonly isOpen: boolean;
}

const presetOf = ({ layers }: RoomSettings): PresetName | "own" =>
  PRESET_NAMES.find((name) => printLayers(PRESETS[name]) === printLayers(layers)) ?? "own";

export function Settings(props: SettingsProps) {
  const { settings, there, shape, classes, lack, onChange, disabled, isOpen } = props;
  const t = useText(text);
  const preset = presetOf(settings);
  return (
    <details class="panel" open={isOpen}>
      <summary>{t.settings}</summary>
      <div class="stage">
        <DataChoice {...{ settings, there, lack, disabled, onChange }} />
        <h2>{t.net}</h2>
        <div class="row end">
          <Choice
            {...{ label: t.preset, value: preset, disabled }}
            options={preset === "own" ? [...PRESET_NAMES, "own" as const] : PRESET_NAMES}
            nameOf={(name) => t.presets[name]}
            onChange={(name) => name !== "own" && onChange({ layers: PRESETS[name] })}
          />
        </div>
        <Composer
          {...{ layers: settings.layers, shape, classes, disabled }}
          onChange={(layers) => onChange({ layers })}
        />
        <h2>{t.training}</h2>
        <TrainingFields {...{ settings, onChange, disabled }} />
      </div>
    </details>
  );
}
