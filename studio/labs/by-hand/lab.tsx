// Lab 11: a convolution by hand. The filter moves over a small image; what lies under it is multiplied and added up, by
// the engine or by the reader, whose mistakes are shown at the very product.
import { usePreferences } from "../../app/preferences.tsx";
import { engineOf } from "../../engine/client.ts";
import { useComputed } from "../../engine/use-computed.ts";
import { LabPage } from "../../lab/lab-page.tsx";
import { clamp, useLabState } from "../../lab/state.ts";
import { useTicks } from "../../lab/ticks.ts";
import { formatNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { CellMover } from "../../widgets/cell-mover.tsx";
import { NumberGrid } from "../../widgets/number-grid.tsx";
import { Answers } from "./answers.tsx";
import { codeOf } from "./code.ts";
import type * as Compute from "./compute.ts";
import { Controls } from "./controls.tsx";
import { check, IMAGES, type ImageName, MOST, NO_ANSWERS, SIDE, USUAL } from "./presets.ts";
import { Products } from "./products.tsx";
import { text } from "./text.ts";
import "./by-hand.css";

const engine = engineOf<typeof Compute>("by-hand");

const PAUSE = 600;
/** Places to be filled in for the task. */
const NEEDED = 3;

/** The sums given by the reader that are right. */
function rightAnswers(answers: readonly number[], map: readonly number[]): ReadonlyMap<number, number> {
  const right = new Map<number, number>();
  for (let i = 0; i < answers.length; i += 2) {
    if (map[answers[i]!] === answers[i + 1]) right.set(answers[i]!, answers[i + 1]!);
  }
  return right;
}

/** The place after this one, row by row; the first after the last. */
function nextPlace({ x, y, w }: Pick<typeof USUAL, "x" | "y" | "w">): { x: number; y: number } {
  const places = SIDE - Math.sqrt(w.length) + 1;
  const next = (y * places + x + 1) % (places * places);
  return { x: next % places, y: Math.floor(next / places) };
}

export function Lab() {
  const t = useText(text);
  const { locale } = usePreferences();
  const [state, update] = useLabState("by-hand", USUAL, check);
  const { x, y, w, own, seed } = state;
  const name = state.image as ImageName;
  const random = useComputed(() => engine.drawImage(SIDE, seed), [seed]);
  const values: readonly number[] | undefined = name === "random" ? random.value : IMAGES[name];
  const filter = { side: Math.sqrt(w.length), values: w };
  const image = { side: SIDE, values: values ?? new Array<number>(SIDE * SIDE).fill(0) };
  const walk = useComputed(
    () => engine.walk(image, filter).then((result) => ({ ...result, image, filter })),
    [image.values.join(), w.join()],
  );
  const example = useComputed(
    () => engine.walk({ side: 2, values: [1, 2, 3, 4] }, { side: 2, values: [1, 0, 0, 1] }),
    [],
  );
  const places = SIDE - filter.side + 1;
  const place = y * places + x;
  const isWalked = walk.value?.filter.side === filter.side;
  const shown = isWalked ? walk.value : undefined;
  // With the image and filter that were computed, so that formulas and numbers fit.
  const under = shown && {
    ...{ image: shown.image, filter: shown.filter, x, y },
    products: shown.products[place]!,
    sum: shown.map[place]!,
  };
  const right = rightAnswers(state.answers, shown?.map ?? []);
  const isLast = place + 1 >= places * places;
  const [isRunning, setRunning] = useTicks(update, {
    ...{ next: nextPlace, at: [place, places], isOver: isLast, pause: PAUSE },
  });
  const setFilter = (next: readonly number[]): void => {
    const last = SIDE - Math.sqrt(next.length);
    update({ w: next, x: Math.min(x, last), y: Math.min(y, last) });
  };
  const full = Math.max(...(shown?.map ?? []).map(Math.abs), 1);
  return (
    <LabPage
      id="by-hand"
      lead={t.lead}
      prediction={{
        question: t.question,
        number: example.value?.map[0],
        tolerance: 1e-6,
        because: t.because("1\\cdot 1 + 2\\cdot 0 + 3\\cdot 0 + 4\\cdot 1 = 5"),
      }}
      actions={{
        isRunning,
        run: () => {
          if (!isRunning && isLast) update(nextPlace);
          setRunning(!isRunning);
        },
        step: () => update(nextPlace),
        reset: () => {
          setRunning(false);
          update({ x: 0, y: 0, answers: NO_ANSWERS });
        },
      }}
      seed={
        name === "random"
          ? { value: seed, onChange: (next) => update({ seed: next, answers: [] }) }
          : undefined
      }
      error={walk.error ?? random.error}
      explain={t.explain}
      task={{ text: t.task, isDone: own && right.size >= NEEDED }}
      table={{
        caption: t.caption,
        columns: [
          t.columns.row,
          t.columns.column,
          ...w.map((_, i) => `x·w ${Math.floor(i / filter.side) + 1}${(i % filter.side) + 1}`),
          t.columns.sum,
        ],
        rows: (shown?.map ?? []).map((total, i) => [
          Math.floor(i / places) + 1,
          (i % places) + 1,
          ...shown!.products[i]!,
          total,
        ]),
      }}
      code={codeOf(image, filter, place)}
    >
      <Controls
        state={state}
        places={places}
        onFilter={setFilter}
        update={(change) => {
          if ("own" in change) setRunning(false);
          update(change);
        }}
      />
      <div class="by-hand">
        <NumberGrid
          cell={3}
          values={image.values}
          columns={SIDE}
          label={`${t.image}: ${image.values.join(" ")}`}
          caption={t.image}
        >
          <CellMover
            columns={SIDE}
            rows={SIDE}
            at={{ x, y }}
            width={filter.side}
            height={filter.side}
            label={t.mover}
            text={t.place(y + 1, x + 1)}
            onMove={(cell) => update(cell)}
          />
        </NumberGrid>
        <NumberGrid
          cell={3}
          values={w}
          columns={filter.side}
          label={t.filter}
          caption={t.filter}
          full={Math.max(...w.map(Math.abs))}
          cellLabel={t.filterCell}
          onEdit={(index, value) =>
            value !== undefined &&
            setFilter(w.map((old, i) => (i === index ? clamp(value, -MOST, MOST) : old)))
          }
        />
        {under && own && (
          <Answers
            key={`${place} ${under.filter.values.join()} ${under.image.values.join()}`}
            {...under}
            onRight={() => update({ answers: [...state.answers, place, under.sum] })}
          />
        )}
        {under && !own && <Products {...under} />}
        <NumberGrid
          cell={3}
          values={(shown?.map ?? []).map((total, i) => (own ? right.get(i) : total))}
          columns={places}
          label={t.map}
          caption={t.map}
          full={full}
        >
          <CellMover
            columns={places}
            rows={places}
            at={{ x, y }}
            width={1}
            height={1}
            label={t.mapMover}
            text={t.place(y + 1, x + 1)}
            onMove={(cell) => update(cell)}
          />
        </NumberGrid>
      </div>
      {own && <p>{t.filled(formatNumber(right.size, locale), formatNumber(places * places, locale))}</p>}
    </LabPage>
  );
}
