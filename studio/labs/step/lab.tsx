// Lab 1: one step of gradient descent on a function of one number, and what the step size decides.
import { usePreferences } from "../../app/preferences.tsx";
import { engineOf } from "../../engine/client.ts";
import { useComputed } from "../../engine/use-computed.ts";
import { LabPage } from "../../lab/lab-page.tsx";
import { clamp, useLabState } from "../../lab/state.ts";
import { goOn, useTicks } from "../../lab/ticks.ts";
import { formatNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { texNumber } from "../../widgets/tex.tsx";
import { codeOf } from "./code.ts";
import type * as Compute from "./compute.ts";
import type { FunctionName } from "./compute.ts";
import { Now } from "./now.tsx";
import { Controls, Descent } from "./stage.tsx";
import { MOST_STEPS, NAMES, SAMPLES, type StepState, USUAL, X } from "./state.ts";
import { text } from "./text.ts";

const engine = engineOf<typeof Compute>("step");

const PAUSE = 450;

const check = (given: StepState): StepState => ({
  q: NAMES.includes(given.q as FunctionName) ? given.q : "square",
  w: clamp(given.w, X.min, X.max),
  eta: clamp(given.eta, 0.001, 3),
  t: clamp(Math.round(given.t), 0, MOST_STEPS),
});

export function Lab() {
  const t = useText(text);
  const { locale } = usePreferences();
  const [state, update] = useLabState("step", USUAL, check);
  const name = state.q as FunctionName;
  const { w, eta, t: steps } = state;
  const path = useComputed(() => engine.descend(name, w, eta, MOST_STEPS), [name, w, eta]);
  const first = useComputed(() => engine.descend("square", 4, eta, 1), [eta]);
  const curve = useComputed(() => engine.curve(name, X.min, X.max, SAMPLES), [name]);
  const shown = path.value?.slice(0, steps + 1) ?? [];
  const last = shown.at(-1);
  const end = (path.value?.length ?? 1) - 1;
  const isOver = steps >= end;
  const [isRunning, setRunning] = useTicks(update, {
    ...{ next: goOn(end), at: [steps], isOver, pause: PAUSE },
  });
  const format = (value: number): string => formatNumber(value, locale);
  const tex = (value: number): string => texNumber(format(value));
  const next = first.value?.[1]?.w;
  const isSolved =
    name === "square" && w === 4 && steps === 3 && last !== undefined && Math.abs(last.w) < 0.001;
  return (
    <LabPage
      id="step"
      lead={t.lead}
      prediction={{
        question: t.question(format(eta)),
        number: next,
        tolerance: 1e-3,
        because: t.because(next === undefined ? "" : `4 - ${tex(eta)} \\cdot 8 = ${tex(next)}`),
      }}
      actions={{
        isRunning,
        run: () => setRunning(!isRunning && !isOver),
        step: () => update(goOn(end)),
        reset: () => {
          setRunning(false);
          update({ t: 0 });
        },
      }}
      error={path.error ?? curve.error}
      explain={t.explain}
      task={{ text: t.task, isDone: isSolved }}
      table={{
        caption: t.caption,
        columns: t.columns,
        rows: shown.map((point, index) => [index, point.w, point.value, point.slope]),
      }}
      code={codeOf(name, w, eta, steps)}
    >
      <Controls state={state} onChange={update} />
      <div class="with-notes">
        <Descent {...{ state, shown, curve: curve.value ?? [] }} onChange={update} />
        <Now {...{ state, shown, isRunning }} />
      </div>
    </LabPage>
  );
}
