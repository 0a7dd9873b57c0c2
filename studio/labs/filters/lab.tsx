// Lab 12: filters on pictures, drawn ones, the reader's own or the camera's, and what a filter answers to.
import { useState } from "preact/hooks";
import { usePreferences } from "../../app/preferences.tsx";
import { engineOf } from "../../engine/client.ts";
import { useComputed } from "../../engine/use-computed.ts";
import { LabPage } from "../../lab/lab-page.tsx";
import { clamp, useLabState } from "../../lab/state.ts";
import { formatNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { CellMover } from "../../widgets/cell-mover.tsx";
import { Choice } from "../../widgets/choice.tsx";
import { HeatMap } from "../../widgets/heat-map.tsx";
import { NumberField } from "../../widgets/number-field.tsx";
import { codeOf } from "./code.ts";
import type * as Compute from "./compute.ts";
import type { Filter, Picture, SceneName } from "./compute.ts";
import { BiasChoice, FilterChoice, MOST_BIAS, MOST_WEIGHT, SIDES } from "./filter-choice.tsx";
import { KINDS, Measured } from "./measured.tsx";
import { PictureChoice } from "./picture-choice.tsx";
import { Place } from "./place.tsx";
import { FILTERS, SCENE_NAMES, VIEWS, type View, viewOf } from "./presets.ts";
import { text } from "./text.ts";
import "./filters.css";

const engine = engineOf<typeof Compute>("filters");

/** Width of a picture on the page, in CSS pixels. */
const SHOWN = 480;
const MOST_PLACE = 319;
const USUAL = {
  picture: "street" as string,
  w: FILTERS.down as readonly number[],
  b: 0,
  inside: false,
  view: "signed" as string,
  x: 74,
  y: 58,
  seed: 1,
};

function check(given: typeof USUAL): typeof USUAL {
  const isFilter = SIDES.some((side) => side * side === given.w.length);
  const whole = (value: number, min: number, max: number): number => clamp(Math.round(value), min, max);
  return {
    picture: SCENE_NAMES.includes(given.picture as SceneName) ? given.picture : USUAL.picture,
    w: isFilter ? given.w.map((value) => clamp(value, -MOST_WEIGHT, MOST_WEIGHT)) : USUAL.w,
    b: clamp(given.b, -MOST_BIAS, MOST_BIAS),
    inside: given.inside,
    view: VIEWS.includes(given.view as View) ? given.view : USUAL.view,
    x: whole(given.x, 0, MOST_PLACE),
    y: whole(given.y, 0, MOST_PLACE),
    seed: whole(given.seed, 1, 9999),
  };
}

/** The picture chosen, the filter on it, and its answers; all three together, so that sizes fit one another. */
function useFiltered(picture: Picture | undefined, filter: Filter) {
  const result = useComputed(
    async () => picture && { picture, filter, map: await engine.filterPicture(picture, filter) },
    [picture, filter.values.join(), filter.bias],
  );
  const answers = useComputed(
    async () => ({ filter, answers: await engine.measureEdges(filter) }),
    [filter.values.join()],
  );
  return { ...result, measured: answers.value, error: result.error ?? answers.error };
}

export function Lab() {
  const t = useText(text);
  const { locale } = usePreferences();
  const [state, update] = useLabState("filters", USUAL, check);
  const [own, setOwn] = useState<Picture>();
  const { w, b, inside, seed, view } = state;
  const filter = { side: Math.sqrt(w.length), values: w, bias: inside ? w.length * b : b };
  const scene = state.picture as SceneName | "own";
  const drawn = useComputed(
    async () => (scene === "own" ? undefined : engine.scene(scene, seed)),
    [scene, scene === "noise" ? seed : 0],
  );
  const shown = useFiltered(scene === "own" ? own : drawn.value, filter);
  const turned = useComputed(() => engine.measureEdges({ side: 3, values: FILTERS.down, bias: 0 }), []);
  const { measured, value } = shown;
  const answers = measured?.answers;
  const map = value?.map;
  const x = Math.min(state.x, (map?.width ?? 1) - 1);
  const y = Math.min(state.y, (map?.height ?? 1) - 1);
  const setFilter = (next: readonly number[]): void => update({ w: next, view: viewOf(next) });
  const setWeight = (index: number, value: number): void =>
    update((before) => {
      const next = before.w.map((old, i) => (i === index ? value : old));
      return { w: next, view: viewOf(next) };
    });
  const format = (number: number): string => formatNumber(number, locale);
  const isDone =
    answers !== undefined &&
    answers.vertical > 0 &&
    answers.vertical >= 10 * answers.horizontal &&
    answers.flat < 1e-3 * answers.vertical;
  return (
    <LabPage
      id="filters"
      lead={t.lead}
      prediction={{
        question: t.question,
        options: t.options,
        answer: turned.value && (turned.value.horizontal > turned.value.vertical ? 1 : 0),
        because: turned.value
          ? t.because(format(turned.value.horizontal), format(turned.value.vertical))
          : "",
      }}
      seed={scene === "noise" ? { value: seed, onChange: (next) => update({ seed: next }) } : undefined}
      error={drawn.error ?? shown.error ?? turned.error}
      explain={t.explain}
      task={{ text: t.task, isDone }}
      table={{
        caption: t.caption,
        columns: t.columns,
        rows:
          answers && map
            ? [
                ...KINDS.map((kind) => [t.kinds[kind], answers[kind]] as const),
                ...(["min", "max", "mean"] as const).map((key) => [t.quantities[key], map[key]] as const),
                [t.answer, map.values[y * map.width + x]!],
                [t.added, value.filter.bias],
              ]
            : [],
      }}
      code={codeOf(filter)}
    >
      <div class="row end">
        <PictureChoice
          name={scene}
          hasOwn={own !== undefined}
          isBusy={shown.isBusy}
          onName={(name) => update({ picture: name })}
          onPicture={(picture) => {
            setOwn(picture);
            update({ picture: "own" });
          }}
        />
      </div>
      <div class="row end">
        <FilterChoice w={w} onChange={setFilter} />
        <BiasChoice
          {...{ b, isInside: inside }}
          onBias={(bias) => update({ b: bias })}
          onInside={(isInside) => update({ inside: isInside })}
        />
        <Choice
          label={t.view}
          value={view}
          options={VIEWS}
          nameOf={(option) => t.views[option]}
          onChange={(option) => update({ view: option })}
        />
      </div>
      {value && map && (
        <>
          <div class="filters-pictures">
            <HeatMap
              {...value.picture}
              {...{ scale: "light", min: 0, max: 255, size: SHOWN }}
              label={t.before(format(value.picture.width), format(value.picture.height))}
              caption={t.before(format(value.picture.width), format(value.picture.height))}
            >
              <CellMover
                columns={value.picture.width}
                rows={value.picture.height}
                at={{ x, y }}
                width={value.filter.side}
                height={value.filter.side}
                label={t.mover}
                text={t.place(y + 1, x + 1)}
                onMove={(cell) => update(cell)}
              />
            </HeatMap>
            <HeatMap
              {...{ values: map.values, width: map.width, height: map.height, size: SHOWN }}
              {...(view === "light" ? { scale: "light", min: 0, max: 255 } : { scale: "signed" })}
              label={t.afterLabel(format(map.min), format(map.max))}
              caption={t.after(format(map.width), format(map.height))}
              frame={{ x: x - 1, y: y - 1, width: 3, height: 3 }}
            />
          </div>
          <div class="filters-below">
            <div>
              <div class="row end">
                {(["y", "x"] as const).map((axis) => (
                  <NumberField
                    key={axis}
                    label={axis === "y" ? t.row : t.column}
                    value={(axis === "y" ? y : x) + 1}
                    onChange={(place) => update({ [axis]: place - 1 })}
                    min={1}
                    max={axis === "y" ? map.height : map.width}
                    step={1}
                    isWhole
                  />
                ))}
              </div>
              <Place {...value} {...{ b, isInside: inside, x, y, w, onWeight: setWeight }} />
            </div>
            {measured && <Measured {...measured} />}
          </div>
        </>
      )}
    </LabPage>
  );
}
