// The three lamps: since which step each criterion holds, and what lit it.
import { usePreferences } from "../../app/preferences.tsx";
import { formatNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { texNumber } from "../../widgets/tex.tsx";
import { Value } from "../../widgets/value.tsx";
import type { Criteria, Trace } from "./compute.ts";
import { text } from "./text.ts";

export const LAMPS = ["stepNorm", "gradientNorm", "patience"] as const;

/** The step at which each criterion ends the descent, where it does. */
export type Endings = Record<keyof Criteria, number | undefined>;

interface LampsProps {
  readonly ends: Endings | undefined;
  readonly step: number;
  readonly trace: Trace | undefined;
  readonly criteria: Criteria;
}

export function Lamps({ ends, step, trace, criteria }: LampsProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  const tex = (value: number): string => texNumber(formatNumber(value, locale));
  /** What lit a lamp at step `end`, with the numbers put in. */
  const cause = (lamp: keyof Criteria, end: number): string => {
    if (trace === undefined) return "";
    const size = tex(trace[lamp === "patience" ? "validation" : lamp][end]!);
    if (lamp === "stepNorm")
      return `\\lVert w^{${end}} - w^{${end - 1}}\\rVert = ${size} < \\varepsilon = ${tex(criteria.stepNorm)}`;
    if (lamp === "gradientNorm")
      return `\\lVert\\nabla Q(w^{${end}})\\rVert = ${size} < \\varepsilon = ${tex(criteria.gradientNorm)}`;
    const best = end - criteria.patience;
    return `E(w^{${best}}) = ${tex(trace.validation[best]!)} \\le E(w^t),\\; t = ${best + 1}, \\ldots, ${end} = ${best} + ${criteria.patience}`;
  };
  return (
    <ul class="row lamps" aria-live="polite">
      {LAMPS.map((lamp) => {
        const end = ends?.[lamp];
        const isLit = end !== undefined && end <= step;
        return (
          <li key={lamp} class={`lamp${isLit ? " on" : ""}`} data-lamp={lamp} data-end={end}>
            {`${t.lamps[lamp]}: `}
            {isLit ? (
              <>
                {`${t.lit} `}
                <Value {...{ value: end, label: `${t.lamps[lamp]}: ${t.lit}`, tex: cause(lamp, end) }} />
              </>
            ) : end === undefined ? (
              t.never
            ) : (
              t.dark
            )}
          </li>
        );
      })}
    </ul>
  );
}
