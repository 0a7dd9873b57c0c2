// What has to be learned: the parameters of the convolution and of the dense layer, to scale.
import { usePreferences } from "../../app/preferences.tsx";
import { formatNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { texNumber } from "../../widgets/tex.tsx";
import { Value } from "../../widgets/value.tsx";
import type { Counts, LayerSizes } from "./compute.ts";
import { text } from "./text.ts";

export function CountsView({ sizes, counts }: { readonly sizes: LayerSizes; readonly counts: Counts }) {
  const t = useText(text);
  const { locale } = usePreferences();
  const { n, C, T, d } = sizes;
  const { m } = counts;
  const tex = (value: number): string => texNumber(formatNumber(value, locale));
  const lines = {
    conv: `((2d+1)^2\\,C + 1)\\,T = (${2 * d + 1}^2\\cdot ${C} + 1)\\cdot ${T} = ${tex(counts.conv)}`,
    dense: `C n^2\\cdot T m^2 + T m^2 = ${C}\\cdot ${n}^2\\cdot ${T}\\cdot ${m}^2 + ${T}\\cdot ${m}^2 = ${tex(counts.dense)}`,
  };
  return (
    <div class="channels-counts">
      <h3>{t.counts}</h3>
      {(["conv", "dense"] as const).map((kind) => (
        <div key={kind}>
          <Value name={kind} value={counts[kind]} label={t[kind]} tex={lines[kind]} digits={12} />
          {` ${t[kind]}`}
          <span
            class={`channels-bar ${kind}`}
            style={{ width: `${(100 * counts[kind]) / Math.max(counts.conv, counts.dense)}%` }}
          />
        </div>
      ))}
      <p>
        <Value
          {...{ name: "ratio", value: counts.dense / counts.conv, label: t.ratio, digits: 3 }}
          tex={`\\frac{${tex(counts.dense)}}{${tex(counts.conv)}} = ${tex(counts.dense / counts.conv)}`}
        />
        {` ${t.ratio}`}
      </p>
    </div>
  );
}
