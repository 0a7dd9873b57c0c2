// The net as a list of layers to add to, take from and put in order, by pointer and by keyboard; beside each what the
// engine says of it: shape, parameters, FLOPs, or what does not fit.

import { useEffect, useRef, useState } from "preact/hooks";
import { usePreferences } from "../../app/preferences.tsx";
import { useComputed } from "../../engine/use-computed.ts";
import { formatNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { Choice } from "../../widgets/choice.tsx";
import { FaultText } from "../../widgets/fault-text.tsx";
import { LAYER_TYPES, type LayerSpec, type LayerType, MOST_LAYERS, usualLayer } from "../settings.ts";
import { text } from "../text.ts";
import { engine } from "../use-training.ts";
import { Facts, LayerItem } from "./layer-item.tsx";
import { moved } from "./order.ts";

interface ComposerProps {
  readonly layers: readonly LayerSpec[];
  /** Of the images the net is for. */
  readonly shape: readonly number[];
  readonly classes: number;
  readonly disabled: boolean;
  readonly onChange: (layers: readonly LayerSpec[]) => void;
}

export function Composer({ layers, shape, classes, disabled, onChange }: ComposerProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  const [type, setType] = useState<LayerType>("relu");
  const list = useRef<HTMLOListElement>(null);
  /** The layer whose handle has the focus after it has been moved. */
  const [held, setHeld] = useState<number>();
  /** The place over which a layer is dragged. */
  const [target, setTarget] = useState<number>();
  const net = useComputed(
    () => engine.describeNet(layers, shape, classes),
    [JSON.stringify(layers), shape.join(), classes],
  );
  const handles = (): HTMLElement[] => [
    ...(list.current?.querySelectorAll<HTMLElement>("[data-handle]") ?? []),
  ];
  useEffect(() => {
    if (held !== undefined) handles()[held]?.focus();
  }, [held, layers]);
  const move = (from: number, to: number): void => {
    const place = Math.min(layers.length - 1, Math.max(0, to));
    if (place === from) return;
    setHeld(place);
    onChange(moved(layers, from, place));
  };
  /** The place in the list at this height of the window. */
  const placeAt = (y: number): number =>
    handles().findLastIndex((handle) => handle.closest("li")!.getBoundingClientRect().top <= y);
  const rows = net.value?.rows ?? [];
  const fault = net.value?.fault;
  const total = (key: "parameters" | "flops"): string =>
    formatNumber(
      rows.reduce((sum, row) => sum + row[key], 0),
      locale,
    );
  return (
    <section class="stage" aria-label={t.net}>
      <p class="hint">{t.composeHint}</p>
      <ol class="composer" ref={list}>
        <li class="composer-head">
          <span>
            {t.input} <span class="composer-shape">{shape.join("×")}</span>
          </span>
          <span />
          <span class="composer-facts hint">
            <span>{t.shape}</span>
            <span>{t.parameters}</span>
            <span>FLOPs</span>
          </span>
        </li>
        {layers.map((layer, index) => (
          <LayerItem
            key={index}
            {...{ layer, index, disabled, placeAt, row: rows[index], onDrag: setTarget }}
            isTarget={target === index}
            fault={fault?.layer === index ? fault : undefined}
            onMove={(to) => move(index, to)}
            onChange={(next) => onChange(layers.with(index, next))}
            onRemove={() => onChange(layers.toSpliced(index, 1))}
          />
        ))}
        <li class="composer-end" data-fault={fault?.layer === layers.length}>
          <span class="composer-name">
            <strong>linear</strong>
          </span>
          <span class="hint">{t.output}</span>
          <Facts row={fault === undefined ? rows[layers.length] : undefined} />
          {fault?.layer === layers.length && (
            <span class="problem" role="alert">
              <FaultText fault={fault} />
            </span>
          )}
        </li>
      </ol>
      <p aria-live="polite" data-testid="net-total">
        {fault === undefined && net.value !== undefined && t.total(total("parameters"), total("flops"))}
      </p>
      <div class="row end">
        <Choice
          {...{ label: t.newLayer, value: type, options: LAYER_TYPES, onChange: setType, disabled }}
          nameOf={(name) => name}
        />
        <button
          type="button"
          disabled={disabled || layers.length >= MOST_LAYERS}
          onClick={() => onChange([...layers, usualLayer(type)])}
        >
          {t.addLayer}
        </button>
      </div>
    </section>
  );
}
