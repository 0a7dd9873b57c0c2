// What the filter answers to edges of either direction and to none, as the engine has measured it.
import { usePreferences } from "../../app/preferences.tsx";
import { formatNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { texNumber } from "../../widgets/tex.tsx";
import { Value } from "../../widgets/value.tsx";
import type { Answers } from "./compute.ts";
import { text } from "./text.ts";

export const KINDS = ["vertical", "horizontal", "flat"] as const;

/** The lines of a sign for each kind: an upright edge, a level edge, none. */
const SIGNS = { vertical: "M12 0h12v24h-12z", horizontal: "M0 12h24v12h-24z", flat: "M0 0h24v24h-24z" };

export function Measured({ answers }: { readonly answers: Answers }) {
  const t = useText(text);
  const { locale } = usePreferences();
  const largest = Math.max(...KINDS.map((kind) => answers[kind])) || 1;
  return (
    <div class="filters-measured">
      <h3>{t.measured}</h3>
      {KINDS.map((kind) => (
        <div key={kind} class="filters-answer">
          <svg width={24} height={24} viewBox="0 0 24 24" aria-hidden="true">
            <rect width={24} height={24} fill="#000" />
            <path d={SIGNS[kind]} fill="#fff" />
          </svg>
          <span>{t.kinds[kind]}</span>
          <Value
            name={kind}
            value={answers[kind]}
            label={t.kinds[kind]}
            tex={`\\frac1n\\sum_{\\text{${t.kinds[kind]}}} \\Bigl|\\sum_{i,j} w_{ij}x_{ij}\\Bigr| = ${texNumber(formatNumber(answers[kind], locale))}`}
          />
          <span class="filters-bar" style={{ width: `${(100 * answers[kind]) / largest}%` }} />
        </div>
      ))}
    </div>
  );
}
