// What a run of the lab is given: one of four known experiments, or numbers of one's own; and a look at the deformations.
import { useMemo } from "preact/hooks";
import { engineOf } from "../../engine/client.ts";
import { useComputed } from "../../engine/use-computed.ts";
import { useText } from "../../text/use-text.ts";
import { HeatMap } from "../../widgets/heat-map.tsx";
import { NumberField } from "../../widgets/number-field.tsx";
import type * as Compute from "./compute.ts";
import {
  AUGMENTS,
  type Augment,
  HIDDEN,
  IMAGES,
  PRESETS,
  PREVIEW,
  type Preset,
  type RunSettings,
  SIDE,
} from "./nets.ts";
import { text } from "./text.ts";

const engine = engineOf<typeof Compute>("overfitting");

interface SettingsProps {
  readonly settings: RunSettings;
  readonly onChange: (change: Partial<RunSettings>) => void;
}

export function Settings({ settings, onChange }: SettingsProps) {
  const t = useText(text);
  const { images, hidden, augment } = settings;
  return (
    <>
      <div class="row">
        {(Object.keys(PRESETS) as Preset[]).map((preset) => (
          <button
            key={preset}
            type="button"
            aria-pressed={Object.entries(PRESETS[preset]).every(
              ([name, value]) => settings[name as keyof RunSettings] === value,
            )}
            onClick={() => onChange(PRESETS[preset])}
          >
            {t.presets[preset]}
          </button>
        ))}
      </div>
      <div class="row end">
        <NumberField
          {...{
            label: t.images,
            value: images,
            min: IMAGES.least,
            max: IMAGES.most,
            step: 10,
            isWhole: true,
            isCostly: true,
          }}
          onChange={(value) => onChange({ images: value })}
        />
        <NumberField
          {...{
            label: t.hidden,
            value: hidden,
            min: HIDDEN.least,
            max: HIDDEN.most,
            step: 10,
            isWhole: true,
            isCostly: true,
          }}
          onChange={(value) => onChange({ hidden: value })}
        />
        <label class="field">
          <span class="label">{t.augment}</span>
          <select
            value={augment}
            onChange={(event) => onChange({ augment: event.currentTarget.value as Augment })}
          >
            {AUGMENTS.map((name) => (
              <option key={name} value={name}>
                {t.augments[name]}
              </option>
            ))}
          </select>
        </label>
      </div>
    </>
  );
}

/** Digits as they are, and copies of them as training steps deform them. */
export function Preview({ augment, seed }: Pick<RunSettings, "augment" | "seed">) {
  const t = useText(text);
  // Without a deformation all that there are.
  const shown = useMemo(() => (augment === "none" ? AUGMENTS.slice(1) : [augment]), [augment]);
  const sheets = useComputed(
    () => Promise.all(shown.map((each) => engine.preview(each, seed))),
    [shown, seed],
  );
  const { columns, copies } = PREVIEW;
  return (
    <div>
      <h2>{t.previewTitle}</h2>
      <p class="hint">{`${t.preview}. ${augment === "none" ? t.previewNone : t.previewSome}`}</p>
      <div class="row top">
        {sheets.value?.map((values, i) => {
          const name = t.augments[shown[i] ?? augment];
          return (
            <HeatMap
              key={i}
              {...{ values, width: columns * SIDE, height: (copies + 1) * SIDE, scale: "light" }}
              {...{ min: 0, max: 255, size: (augment === "none" ? 1.15 : 2) * columns * SIDE }}
              {...{ label: `${t.preview}: ${name}`, caption: name }}
            />
          );
        })}
      </div>
    </div>
  );
}
