// The tuning curve of one filter, before and after training, with the bar's direction on it to drag.
import { usePreferences } from "../../app/preferences.tsx";
import { formatNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { Handle, Path, Plane, type Point } from "../../widgets/plane.tsx";
import { texNumber } from "../../widgets/tex.tsx";
import { Value } from "../../widgets/value.tsx";
import { halfTurn } from "./bar-dial.tsx";
import type { Shown, Tuning } from "./compute.ts";
import { answerTex } from "./filter-cards.tsx";
import { ANGLE_STEP, ANGLES } from "./geometry.ts";
import { text } from "./text.ts";

interface TuningCurveProps {
  readonly filter: number;
  readonly before: Tuning;
  readonly now: Tuning;
  readonly shown: Shown;
  readonly onTurn: (angle: number) => void;
}

/** A curve over 0 … 180°, closed by its first point, since 180° is 0° again. */
const pointsOf = ({ answers }: Tuning): Point[] =>
  [...answers, answers[0]!].map((y, i) => ({ x: i * ANGLE_STEP, y }));

export function TuningCurve({ filter, before, now, shown, onTurn }: TuningCurveProps) {
  const { angle } = shown;
  const answer = shown.answers[filter]!;
  const t = useText(text);
  const { locale } = usePreferences();
  const format = (value: number): string => formatNumber(value, locale, 3);
  const number = format(filter + 1);
  const top = Math.max(...now.answers, ...before.answers, answer) * 1.1 || 1;
  const tex = (value: number): string => texNumber(format(value));
  const total = now.answers.reduce((sum, each) => sum + each, 0);
  return (
    <div>
      <h3 class="cortex-title">{t.tuning(number)}</h3>
      <Plane
        x={{ min: 0, max: 180 }}
        y={{ min: 0, max: top }}
        xLabel={t.xLabel}
        yLabel={t.yLabel}
        height={250}
        label={t.curve(number, format(now.preferred))}
        onPick={({ x }) => onTurn(halfTurn(Math.min(179, x)))}
      >
        {(frame) => (
          <>
            <Path
              frame={frame}
              points={pointsOf(before)}
              colour="var(--line-strong)"
              dash="5 4"
              hasDots={false}
            />
            <Path frame={frame} points={pointsOf(now)} hasDots={false} colour="var(--positive)" />
            <Handle
              frame={frame}
              at={{ x: angle, y: answer }}
              label={t.cursor}
              step={ANGLE_STEP}
              isHorizontal
              onMove={({ x }) => onTurn(halfTurn(Math.min(179, x)))}
            />
          </>
        )}
      </Plane>
      <p class="cortex-legend">
        <span>
          <span class="cortex-key" /> {t.after}
        </span>
        <span>
          <span class="cortex-key dashed" /> {t.before}
        </span>
      </p>
      <p data-testid="tuning">
        {`${t.answer}: `}
        <Value {...{ name: "answer", label: t.answer, value: answer }} tex={answerTex(shown, filter, tex)} />
        {`, ${t.selectivity}: `}
        <Value
          {...{ name: "selectivity", label: t.selectivity, value: now.selectivity }}
          tex={`\\frac{\\bigl|\\sum_\\theta R(\\theta)\\,e^{2i\\theta}\\bigr|}{\\sum_\\theta R(\\theta)} = \\frac{${tex(now.selectivity * total)}}{${tex(total)}} = ${tex(now.selectivity)}`}
        />
        {`, ${t.preferred}: `}
        <Value
          {...{ name: "preferred", label: t.preferred, value: now.preferred }}
          tex={`\\operatorname{argmax}_\\theta R(\\theta) = ${now.preferred}^\\circ,\\quad R(${now.preferred}^\\circ) = ${tex(now.answers[ANGLES.indexOf(now.preferred)]!)}`}
        />
        {"°"}
      </p>
    </div>
  );
}
