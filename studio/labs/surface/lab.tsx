// Lab 2: optimisers race over the landscape of a loss of two numbers; the start decides the minimum.
import { useMemo } from "preact/hooks";
import { usePreferences } from "../../app/preferences.tsx";
import { engineOf } from "../../engine/client.ts";
import { useComputed } from "../../engine/use-computed.ts";
import { LabPage } from "../../lab/lab-page.tsx";
import { clamp, useLabState } from "../../lab/state.ts";
import { goOn, useTicks } from "../../lab/ticks.ts";
import { formatNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { Choice } from "../../widgets/choice.tsx";
import { Contours } from "../../widgets/contours.tsx";
import { NumberField } from "../../widgets/number-field.tsx";
import { Handle, Path, Plane } from "../../widgets/plane.tsx";
import "./surface.css";
import { Basins } from "./basins.tsx";
import { codeOf } from "./code.ts";
import type * as Compute from "./compute.ts";
import { LOOKS, Standings } from "./standings.tsx";
import { type PathPoint, RACERS, type Racer, type Rates, SURFACES, type SurfaceName } from "./surfaces.ts";
import { text } from "./text.ts";

const engine = engineOf<typeof Compute>("surface");

const NAMES = Object.keys(SURFACES) as SurfaceName[];
const GRID = 81;
const MOST_STEPS = 200;
const PAUSE = 60;
const ETA = { min: 0.001, max: 4 };
const MOMENTUM = { min: 0, max: 0.99 };
const RATE = { min: 0.001, max: 2 };
const USUAL = { q: "valley" as string, x: -9, y: 3, eta: 0.9, mu: 0.5, rate: 0.3, t: 40 };

/** Heights to draw lines at: dense near the bottom. */
function levelsOf(heights: readonly number[]): number[] {
  const [low, high] = [Math.min(...heights), Math.max(...heights)];
  return Array.from({ length: 14 }, (_, i) => low + (high - low) * ((i + 0.5) / 14) ** 3);
}

/** How often a path crosses the valley's floor. */
const crossings = (path: readonly PathPoint[]): number =>
  path.filter(({ y }, i) => i > 0 && y * path[i - 1]!.y < 0).length;

/** Which option of the prediction is right: across and across, straight, or nowhere. */
function mannerOf(path: readonly PathPoint[]): number {
  if (crossings(path) > path.length / 2) return 0;
  return path.at(-1)!.value < path[0]!.value ? 1 : 2;
}

export function Lab() {
  const t = useText(text);
  const { locale } = usePreferences();
  const [state, update] = useLabState("surface", USUAL, (given) => {
    const q = NAMES.includes(given.q as SurfaceName) ? (given.q as SurfaceName) : "valley";
    return {
      ...{
        q,
        x: clamp(given.x, SURFACES[q].x.min, SURFACES[q].x.max),
        y: clamp(given.y, SURFACES[q].y.min, SURFACES[q].y.max),
      },
      ...{ eta: clamp(given.eta, ETA.min, ETA.max), mu: clamp(given.mu, MOMENTUM.min, MOMENTUM.max) },
      ...{ rate: clamp(given.rate, RATE.min, RATE.max), t: clamp(Math.round(given.t), 0, MOST_STEPS) },
    };
  });
  const surface = state.q as SurfaceName;
  const { x, y, eta, mu, rate, t: steps } = state;
  const [isRunning, setRunning] = useTicks(update, {
    ...{ next: goOn(MOST_STEPS), at: [steps], isOver: steps >= MOST_STEPS, pause: PAUSE },
  });
  const rates: Rates = { eta, momentum: mu, rate };
  const heights = useComputed(() => engine.heights(surface, GRID, GRID), [surface]);
  const paths = useComputed(
    () => engine.race(surface, [x, y], rates, MOST_STEPS),
    [surface, x, y, eta, mu, rate],
  );
  const asked = useComputed(
    () => engine.path("valley", [-9, 3], "gradient", { eta: 0.9, momentum: 0, rate: 1 }, 10),
    [],
  );
  const shown = useMemo(
    () => RACERS.map((racer) => [racer, paths.value?.[racer].slice(0, steps + 1) ?? []] as const),
    [paths.value, steps],
  );
  const momentum = shown[1]![1].at(-1);
  const isSolved =
    surface === "valley" &&
    x === -9 &&
    y === 3 &&
    steps <= 60 &&
    momentum !== undefined &&
    momentum.value < 1e-4;
  return (
    <LabPage
      id="surface"
      lead={t.lead}
      prediction={{
        ...{ question: t.question, options: t.options },
        answer: asked.value && mannerOf(asked.value),
        because: t.because(formatNumber(asked.value ? crossings(asked.value) : 0, locale)),
      }}
      actions={{
        isRunning,
        run: () => {
          if (!isRunning && steps >= MOST_STEPS) update({ t: 0 });
          setRunning(!isRunning);
        },
        step: () => update(goOn(MOST_STEPS)),
        reset: () => {
          setRunning(false);
          update({ t: 0 });
        },
      }}
      error={paths.error ?? heights.error}
      explain={t.explain}
      task={{ text: t.task, isDone: isSolved }}
      table={{
        caption: t.caption,
        columns: t.where,
        rows: shown.map(([racer, points]) => rowOf(t.racers[racer], points)),
      }}
      code={codeOf(surface, x, y, rates, steps)}
    >
      <Controls surface={surface} state={state} onChange={update} />
      <div class="side-by-side">
        <Landscape
          surface={surface}
          heights={heights.value}
          paths={shown}
          start={{ x, y }}
          onStart={(at) => update({ ...at, t: 0 })}
        />
        <Pad eta={eta} momentum={mu} onChange={update} />
      </div>
      <div class="side-by-side">
        <Standings surface={surface} paths={shown} steps={steps} rates={rates} />
        {surface === "hills" && <Basins eta={eta} />}
      </div>
    </LabPage>
  );
}

const rowOf = (name: string, points: readonly PathPoint[]): (number | string)[] => {
  const last = points.at(-1);
  return last === undefined ? [0, name, "", "", ""] : [points.length - 1, name, last.x, last.y, last.value];
};

type Change = Partial<typeof USUAL>;

interface ControlsProps {
  readonly surface: SurfaceName;
  readonly state: typeof USUAL;
  readonly onChange: (change: Change) => void;
}

function Controls({ surface, state, onChange }: ControlsProps) {
  const t = useText(text);
  const choose = (name: SurfaceName): void => {
    const { x, y } = SURFACES[name];
    const start = name === "valley" ? { x: -9, y: 3 } : { x: x.min * 0.6, y: y.max * 0.7 };
    onChange({
      q: name,
      ...start,
      eta: name === "valley" ? 0.9 : 0.02,
      rate: name === "valley" ? 0.3 : 0.1,
      t: 0,
    });
  };
  return (
    <div class="row end">
      <Choice
        label={t.surface}
        value={surface}
        options={NAMES}
        nameOf={(name) => t.surfaces[name]}
        onChange={choose}
      />
      <NumberField
        label={t.startX}
        value={state.x}
        onChange={(x) => onChange({ x })}
        {...SURFACES[surface].x}
        step={0.1}
      />
      <NumberField
        label={t.startY}
        value={state.y}
        onChange={(y) => onChange({ y })}
        {...SURFACES[surface].y}
        step={0.1}
      />
      <NumberField
        label={t.eta}
        value={state.eta}
        onChange={(eta) => onChange({ eta })}
        {...ETA}
        step={0.01}
      />
      <NumberField
        label={t.momentum}
        value={state.mu}
        onChange={(mu) => onChange({ mu })}
        {...MOMENTUM}
        step={0.01}
      />
      <NumberField
        label={t.rate}
        value={state.rate}
        onChange={(rate) => onChange({ rate })}
        {...RATE}
        step={0.01}
      />
    </div>
  );
}

interface LandscapeProps {
  readonly surface: SurfaceName;
  readonly heights: readonly number[] | undefined;
  readonly paths: readonly (readonly [Racer, readonly PathPoint[]])[];
  readonly start: { readonly x: number; readonly y: number };
  readonly onStart: (at: { x: number; y: number }) => void;
}

function Landscape({ surface, heights, paths, start, onStart }: LandscapeProps) {
  const t = useText(text);
  const levels = useMemo(() => levelsOf(heights ?? [0, 1]), [heights]);
  const place = ({ x, y }: { x: number; y: number }) =>
    onStart({ x: Number(x.toFixed(2)), y: Number(y.toFixed(2)) });
  return (
    <Plane {...SURFACES[surface]} xLabel="x" yLabel="y" label={t.map} height={380} onPick={place}>
      {(frame) => (
        <>
          {heights && <Contours frame={frame} values={heights} columns={GRID} rows={GRID} levels={levels} />}
          {SURFACES[surface].minima.map(([x, y], i) => (
            <text
              key={`${x} ${y}`}
              class="plot-text"
              x={frame.toX(x)}
              y={frame.toY(y) + 5}
              text-anchor="middle"
            >
              {surface === "hills" ? i + 1 : "✕"}
            </text>
          ))}
          {paths.map(([racer, points]) => (
            <Path key={racer} frame={frame} points={points} {...LOOKS[racer]} />
          ))}
          <Handle frame={frame} at={start} label={t.handle} step={0.1} onMove={place} />
        </>
      )}
    </Plane>
  );
}

function Pad({
  eta,
  momentum,
  onChange,
}: {
  eta: number;
  momentum: number;
  onChange: (change: Change) => void;
}) {
  const t = useText(text);
  const { locale } = usePreferences();
  const set = ({ x, y }: { x: number; y: number }): void =>
    onChange({ eta: Number((10 ** x).toPrecision(3)), mu: Number(y.toFixed(3)) });
  return (
    <figure class="figure">
      <Plane
        {...{
          x: { min: -3, max: Math.log10(ETA.max) },
          y: MOMENTUM,
          xTicks: [0.001, 0.01, 0.1, 1, 4].map(
            (rate) => [Math.log10(rate), formatNumber(rate, locale)] as const,
          ),
          xLabel: t.padAxes[0]!,
          yLabel: t.padAxes[1]!,
        }}
        {...{ label: t.pad, height: 260, onPick: set }}
      >
        {(frame) => (
          <Handle
            frame={frame}
            at={{ x: Math.log10(eta), y: momentum }}
            label={t.padHandle}
            step={0.02}
            onMove={set}
          />
        )}
      </Plane>
      <figcaption>{t.pad}</figcaption>
    </figure>
  );
}
