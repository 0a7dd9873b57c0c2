// One layer of the net: a handle that moves it, its numbers, what the engine says of it. Knows nothing of the others.
import type { LayerRow } from "nabla";
import { usePreferences } from "../../app/preferences.tsx";
import type { Fault } from "../../engine/fault.ts";
import { formatNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { FaultText } from "../../widgets/fault-text.tsx";
import { NumberField } from "../../widgets/number-field.tsx";
import { fieldsOf, type LayerSpec } from "../settings.ts";
import { text } from "../text.ts";

interface LayerItemProps {
  readonly layer: LayerSpec;
  readonly index: number;
  readonly disabled: boolean;
  readonly row: LayerRow | undefined;
  readonly fault: Fault | undefined;
  /** Whether a layer that is dragged would take its place. */
  readonly isTarget: boolean;
  readonly placeAt: (y: number) => number;
  /** Told of the place over which this layer is dragged; of none at the end. */
  readonly onDrag: (place: number | undefined) => void;
  readonly onMove: (to: number) => void;
  readonly onChange: (layer: LayerSpec) => void;
  readonly onRemove: () => void;
}

/** What the engine says of a layer. */
export function Facts({ row }: { readonly row: LayerRow | undefined }) {
  const { locale } = usePreferences();
  const format = (value: number): string => (value === 0 ? "·" : formatNumber(value, locale));
  return (
    <span class="composer-facts" data-shape={row?.shape.join("×")} data-parameters={row?.parameters}>
      {row && (
        <>
          <span class="composer-shape">{row.shape.join("×")}</span>
          <span>{format(row.parameters)}</span>
          <span>{format(row.flops)}</span>
        </>
      )}
    </span>
  );
}

export function LayerItem(props: LayerItemProps) {
  const { layer, index, disabled, row, fault, isTarget, placeAt, onDrag, onMove, onChange, onRemove } = props;
  const t = useText(text);
  const name = `${index} ${layer.type}`;
  return (
    <li data-layer={index} data-fault={fault !== undefined} data-target={isTarget}>
      <span class="composer-name">
        <button
          type="button"
          class="composer-handle"
          data-handle
          data-own-keys
          disabled={disabled}
          aria-label={t.moveLayer(name)}
          onKeyDown={(event) => {
            if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
            event.preventDefault();
            onMove(index + (event.key === "ArrowUp" ? -1 : 1));
          }}
          onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
          onPointerMove={(event) => {
            if (event.currentTarget.hasPointerCapture(event.pointerId)) onDrag(placeAt(event.clientY));
          }}
          onLostPointerCapture={() => onDrag(undefined)}
          onPointerUp={(event) => {
            const place = placeAt(event.clientY);
            if (event.currentTarget.hasPointerCapture(event.pointerId) && place >= 0) onMove(place);
          }}
        >
          ⠿
        </button>
        <strong>{layer.type}</strong>
      </span>
      <span class="composer-fields">
        {Object.entries(fieldsOf(layer.type)).map(([field, { min, max, isWhole }]) => (
          <NumberField
            key={field}
            {...{ label: t.layerFields[field as keyof typeof t.layerFields], value: Number(layer[field]) }}
            {...{ min, max, isWhole, disabled, step: isWhole ? 1 : 0.05 }}
            onChange={(value) => onChange({ ...layer, [field]: value })}
          />
        ))}
      </span>
      <Facts row={row} />
      <button
        type="button"
        class="composer-remove"
        disabled={disabled}
        aria-label={t.removeLayer(name)}
        onClick={onRemove}
      >
        ✕
      </button>
      {fault !== undefined && (
        <span class="problem" role="alert">
          <FaultText fault={fault} />
        </span>
      )}
    </li>
  );
}
