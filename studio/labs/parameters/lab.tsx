// Lab 7: compose a dense net and count its parameters, by the formula and in the engine's tensors.
import { usePreferences } from "../../app/preferences.tsx";
import { engineOf } from "../../engine/client.ts";
import { useComputed } from "../../engine/use-computed.ts";
import { LabPage } from "../../lab/lab-page.tsx";
import { clamp, useLabState } from "../../lab/state.ts";
import { formatNumber, formatPercent, plural } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { NumberField } from "../../widgets/number-field.tsx";
import { texNumber } from "../../widgets/tex.tsx";
import { Value } from "../../widgets/value.tsx";
import { codeOf } from "./code.ts";
import type * as Compute from "./compute.ts";
import { type LayerCount, MOST_LAYERS, PRESETS, SIZE } from "./nets.ts";
import { text } from "./text.ts";

const engine = engineOf<typeof Compute>("parameters");

/** `open`: whether the counts of this net are shown. */
const USUAL = { sizes: [784, 1000, 10] as readonly number[], open: false };

const nameOf = (sizes: readonly number[]): string => sizes.join("-");

export function Lab() {
  const t = useText(text);
  const { locale } = usePreferences();
  const [{ sizes, open }, update] = useLabState("parameters", USUAL, ({ sizes, open }) => ({
    open,
    sizes:
      sizes.length >= 2 && sizes.length <= MOST_LAYERS + 1
        ? sizes.map((size) => clamp(Math.round(size), SIZE.min, SIZE.max))
        : USUAL.sizes,
  }));
  const layers = useComputed(() => engine.countLayers(sizes), [nameOf(sizes)]);
  const counts = layers.value ?? [];
  const total = counts.reduce((sum, { parameters }) => sum + parameters, 0);
  const tex = (value: number): string => texNumber(formatNumber(value, locale));
  const isSolved =
    layers.error === undefined &&
    sizes.length === 4 &&
    sizes[0] === 784 &&
    sizes[3] === 10 &&
    total >= 100_000 &&
    total <= 110_000;
  return (
    <LabPage
      id="parameters"
      lead={t.lead}
      prediction={{
        ...{ question: t.question(nameOf(sizes)), tolerance: 0 },
        number: layers.value === undefined || layers.isBusy ? undefined : total,
        because: `$${counts.map(({ inputs, outputs }) => `(${inputs}+1)\\cdot ${outputs}`).join(" + ")} = ${tex(total)}$.`,
        onAnswer: () => update({ open: true }),
      }}
      error={layers.error}
      explain={t.explain}
      task={{ text: t.task, isDone: isSolved }}
      table={{
        caption: t.caption,
        columns: t.columns,
        rows: counts.map(({ name, inputs, outputs, parameters, tensors }) => [
          ...[name, inputs, outputs, parameters],
          tensors.map((tensor) => `${tensor.name} ${tensor.shape.join("×")}`).join(", "),
        ]),
      }}
      code={codeOf(sizes)}
    >
      <Composer
        sizes={sizes}
        onChange={(next) => update({ sizes: next, open: false })}
        onSize={(index, size) =>
          update((before) => ({
            sizes: before.sizes.map((old, i) => (i === index ? size : old)),
            open: false,
          }))
        }
      />
      {layers.error === undefined && (
        <>
          <Neurons sizes={sizes} />
          {open ? (
            <Layers counts={counts} total={total} />
          ) : (
            <Hidden sizes={sizes} onShow={() => update({ open: true })} />
          )}
        </>
      )}
    </LabPage>
  );
}

interface ComposerProps {
  readonly sizes: readonly number[];
  readonly onChange: (sizes: readonly number[]) => void;
  readonly onSize: (index: number, size: number) => void;
}

function Composer({ sizes, onChange, onSize }: ComposerProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  const last = sizes.length - 1;
  const labelOf = (i: number): string =>
    i === 0 ? t.inputs : i === last ? t.outputs : t.hidden(formatNumber(i, locale));
  return (
    <>
      <div class="row" role="group" aria-label={t.preset}>
        {PRESETS.map((preset) => (
          <button
            key={nameOf(preset)}
            type="button"
            aria-pressed={nameOf(preset) === nameOf(sizes)}
            onClick={() => onChange(preset)}
          >
            {nameOf(preset)}
          </button>
        ))}
      </div>
      <div class="row end">
        {sizes.map((size, i) => (
          <NumberField
            key={`${i} of ${sizes.length}`}
            {...{ label: labelOf(i), value: size, ...SIZE, step: 10, isWhole: true }}
            onChange={(value) => onSize(i, value)}
          />
        ))}
      </div>
      <div class="row">
        <button
          type="button"
          disabled={sizes.length > MOST_LAYERS}
          onClick={() => onChange([...sizes.slice(0, last), 100, sizes[last]!])}
        >
          {t.add}
        </button>
        <button
          type="button"
          disabled={sizes.length <= 2}
          onClick={() => onChange([...sizes.slice(0, last - 1), sizes[last]!])}
        >
          {t.remove}
        </button>
      </div>
    </>
  );
}

/** How many neurons there are: all that is told before the count is asked for. */
function Neurons({ sizes }: { readonly sizes: readonly number[] }) {
  const t = useText(text);
  const { locale } = usePreferences();
  const neurons = sizes.slice(1);
  const [sum, total] = [neurons.join(" + "), neurons.reduce((all, size) => all + size, 0)];
  return (
    <p class="figures">
      <span>
        {`${t.neurons}: `}
        <Value
          {...{ value: total, label: t.neurons, digits: 12 }}
          tex={neurons.length === 1 ? sum : `${sum} = ${total}`}
        />
        {`, ${plural(neurons.length, t.layers, locale)}`}
      </span>
    </p>
  );
}

/** The layers with their counts still to be worked out. */
function Hidden({ sizes, onShow }: { readonly sizes: readonly number[]; readonly onShow: () => void }) {
  const t = useText(text);
  const { locale } = usePreferences();
  return (
    <>
      <ul class="bars" aria-label={t.share}>
        {sizes.slice(1).map((size, i) => (
          <li key={i}>
            <span>{`${formatNumber(sizes[i]!, locale)} → ${formatNumber(size, locale)}`}</span>
            <span class="bar" />
            <span>?</span>
            <span />
          </li>
        ))}
      </ul>
      <div class="row">
        <button type="button" onClick={onShow}>
          {t.show}
        </button>
        <span class="hint">{t.first}</span>
      </div>
    </>
  );
}

function Layers({ counts, total }: { counts: readonly LayerCount[]; total: number }) {
  const t = useText(text);
  const { locale } = usePreferences();
  const tex = (value: number): string => texNumber(formatNumber(value, locale));
  const flops = counts.reduce((sum, layer) => sum + layer.flops, 0);
  const megabytes = (bytes: number): number => (bytes * total) / 1e6;
  const sumTex = counts.map(({ parameters }) => tex(parameters)).join(" + ");
  return (
    <>
      <ul class="bars" aria-label={t.share}>
        {counts.map(({ name, inputs, outputs, parameters }) => (
          <li key={name}>
            <span>{`${formatNumber(inputs, locale)} → ${formatNumber(outputs, locale)}`}</span>
            <span class="bar">
              <span style={{ width: `${(100 * parameters) / total}%` }} />
            </span>
            <Value
              {...{ value: parameters, label: `${t.layer} ${name}`, digits: 12 }}
              tex={`(n_{\\text{in}} + 1)\\cdot n_{\\text{out}} = (${tex(inputs)} + 1)\\cdot ${tex(outputs)} = ${tex(parameters)}`}
            />
            <Value
              {...{ value: parameters / total, label: `${t.layer} ${name}, %` }}
              text={formatPercent(parameters / total, locale)}
              tex={`\\frac{${tex(parameters)}}{${tex(total)}} = ${tex(parameters / total)}`}
            />
          </li>
        ))}
      </ul>
      <ul class="figures" aria-live="polite">
        <li>
          <Value value={total} label={t.total} tex={`${sumTex} = ${tex(total)}`} digits={12} name="total" />{" "}
          {t.total}
        </li>
        <li>
          <Value
            value={megabytes(4)}
            label={t.memory}
            tex={`4\\cdot ${tex(total)} = ${tex(megabytes(4))}\\cdot 10^6`}
          />{" "}
          {t.memory}
        </li>
        <li>
          <Value
            value={megabytes(16)}
            label={t.adam}
            tex={`4\\cdot 4\\cdot ${tex(total)} = ${tex(megabytes(16))}\\cdot 10^6`}
          />{" "}
          {t.adam}
        </li>
        <li>
          <Value
            {...{ value: flops / 2, label: t.multiplications, digits: 12 }}
            tex={`\\sum n_{\\text{in}}\\,n_{\\text{out}} = ${counts.map(({ inputs, outputs }) => `${tex(inputs)}\\cdot ${tex(outputs)}`).join(" + ")} = ${tex(flops / 2)}`}
          />{" "}
          {t.multiplications}
        </li>
      </ul>
    </>
  );
}
