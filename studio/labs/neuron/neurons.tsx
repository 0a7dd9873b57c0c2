// The weights of the first layer as pictures, and what the chosen neuron adds up for the drawing.
import { usePreferences } from "../../app/preferences.tsx";
import { engineOf } from "../../engine/client.ts";
import { useComputed } from "../../engine/use-computed.ts";
import { formatNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { HeatMap } from "../../widgets/heat-map.tsx";
import { Prose, texNumber } from "../../widgets/tex.tsx";
import { Value } from "../../widgets/value.tsx";
import type * as Compute from "./compute.ts";
import type { Neuron, Reading } from "./compute.ts";
import { SIDE } from "./nets.ts";
import { text } from "./text.ts";

const engine = engineOf<typeof Compute>("neuron");

interface NeuronsProps {
  readonly neurons: readonly Neuron[];
  /** The place of the chosen one. */
  readonly chosen: number;
  readonly onChoose: (place: number) => void;
  /** A neuron's name. */
  readonly nameOf: (neuron: Neuron) => string;
}

export function Neurons({ neurons, chosen, onChoose, nameOf }: NeuronsProps) {
  const t = useText(text);
  return (
    <ul class="templates">
      {neurons.map((neuron, place) => (
        <li key={neuron.index}>
          <HeatMap
            {...{ values: neuron.weights, width: SIDE, height: SIDE, scale: "signed", size: 112 }}
            label={t.pixels(nameOf(neuron))}
          />
          <button type="button" aria-pressed={place === chosen} onClick={() => onChoose(place)}>
            {nameOf(neuron)}
          </button>
        </li>
      ))}
    </ul>
  );
}

interface SumProps {
  readonly neuron: Neuron;
  readonly name: string;
  readonly reading: Reading;
}

/** Template, what it meets, and the sum. */
export function Sum({ neuron, name, reading }: SumProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  const weighed = useComputed(() => engine.weigh(neuron, reading.x), [neuron, reading]);
  const tex = (value: number): string => texNumber(formatNumber(value, locale), { isFactor: true });
  const { value } = weighed;
  const picture = { width: SIDE, height: SIDE, size: 168 };
  return (
    <div class="sum">
      <div>
        <HeatMap {...picture} values={neuron.weights} scale="signed" label={t.pixels(name)} />
        <Prose text={t.weights} />
      </div>
      <span aria-hidden="true">×</span>
      <div>
        <HeatMap {...picture} values={reading.x} scale="light" label={t.pixels("x")} />
        <Prose text={t.inputs} />
      </div>
      {value && (
        <>
          <span aria-hidden="true">=</span>
          <div>
            <HeatMap {...picture} values={value.products} scale="signed" label={t.pixels("w · x")} />
            <Prose text={t.products} />
          </div>
          <p>
            {`${name}. ${t.sum} z = `}
            <Value
              {...{ name: "z", label: "z", value: value.z, isSigned: true }}
              tex={`z = \\sum_{i=1}^{784} w_i x_i + b = ${tex(value.sum)} + ${tex(neuron.bias)} = ${tex(value.z)}`}
            />
          </p>
        </>
      )}
    </div>
  );
}
