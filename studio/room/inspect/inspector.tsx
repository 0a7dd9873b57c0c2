// The net as it is, or was, at one step: score, confusions, mistakes, spreads, filters, and one image layer by layer.
import { useEffect, useState } from "preact/hooks";
import { usePreferences } from "../../app/preferences.tsx";
import { type Computed, useComputed } from "../../engine/use-computed.ts";
import { shell } from "../../text/index.ts";
import { formatNumber, formatPercent } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { NumberField } from "../../widgets/number-field.tsx";
import type { Place, SessionInfo } from "../session.ts";
import { text } from "../text.ts";
import type { RoomSession } from "../use-training.ts";
import { Confusion } from "./confusion.tsx";
import type { Judgement, View } from "./look.ts";
import { Photo } from "./photo.tsx";
import { Spread } from "./spread.tsx";
import { TileSheet } from "./tile-sheet.tsx";

interface InspectorProps {
  readonly session: RoomSession;
  readonly info: SessionInfo;
  readonly place: Place;
  /** While it is trained, nothing new is looked at. */
  readonly isRunning: boolean;
}

/** A place that has been stayed at for a moment, so that a slider that is drawn along does not ask for every step. */
function useSettled(place: Place, isRunning: boolean): Place | undefined {
  const [settled, setSettled] = useState<Place>();
  useEffect(() => {
    if (isRunning) return;
    const timer = setTimeout(() => setSettled(place), 150);
    return () => clearTimeout(timer);
  }, [place.branch, place.step, isRunning]);
  return settled;
}

export function Inspector({ session, info, place, isRunning }: InspectorProps) {
  const t = useText(text);
  const { lab } = useText(shell);
  const { locale } = usePreferences();
  const [image, setImage] = useState(0);
  const at = useSettled(place, isRunning);
  const judged = useComputed(
    async () => at && { at, judgement: await session.judge(at) },
    [session, at?.branch, at?.step],
  );
  const viewed = useComputed(
    async () => at && (await session.view(at, image)),
    [session, at?.branch, at?.step, image],
  );
  const error = judged.error ?? viewed.error;
  const found = judged.value;
  return (
    <section class="panel stage" aria-label={t.inspect} data-testid="inspector" data-step={found?.at.step}>
      <h2>
        {found === undefined ? t.inspect : t.inspectAt(formatNumber(found.at.step, locale))}
        {(judged.isBusy || isRunning) && (
          <span class="hint">{` ${isRunning ? t.whenPaused : lab.computing}`}</span>
        )}
      </h2>
      {error !== undefined && (
        <p class="notice" role="alert">
          {lab.failed} {error}
        </p>
      )}
      {found && <Judged {...found} classes={info.classes} />}
      <OneImage viewed={viewed} {...{ info, image }} onImage={setImage} />
    </section>
  );
}

function Judged({
  judgement,
  classes,
}: {
  readonly judgement: Judgement;
  readonly classes: readonly string[];
}) {
  const t = useText(text);
  const { locale } = usePreferences();
  const { score, mistakes, spread, filters } = judgement;
  const wrong = score.count - Math.round(score.accuracy * score.count);
  return (
    <>
      <p data-testid="score" data-accuracy={score.accuracy} data-loss={score.loss}>
        {t.score(
          formatPercent(score.accuracy, locale, 2),
          formatNumber(score.loss, locale),
          formatNumber(wrong, locale),
          formatNumber(score.count, locale),
        )}
      </p>
      <div class="side-by-side">
        <div>
          <h3>{t.confusion}</h3>
          <Confusion confusion={score.confusion} classes={classes} />
        </div>
        <div>
          <h3>{t.mistakes}</h3>
          <ul class="room-photos">
            {mistakes.map((mistake) => {
              const [actual, predicted] = [classes[mistake.label], classes[mistake.predicted]];
              const said = t.mistake(
                String(actual),
                String(predicted),
                formatPercent(mistake.probability, locale, 0),
              );
              return (
                <li key={mistake.index}>
                  <Photo picture={mistake} label={said} size={64} />
                  <span class="hint">{said}</span>
                </li>
              );
            })}
          </ul>
        </div>
      </div>
      {filters && (
        <div>
          <h3>{filters.type === "conv2d" ? t.filters : t.templates}</h3>
          <TileSheet
            sheet={filters}
            scale="signed"
            size={filters.type === "conv2d" ? 44 : 72}
            label={t.filtersLabel(formatNumber(filters.count, locale), filters.layer)}
          />
          <p class="hint">{t.filtersLabel(formatNumber(filters.count, locale), filters.layer)}</p>
        </div>
      )}
      <details>
        <summary>{t.spread}</summary>
        <Spread spread={spread} />
      </details>
    </>
  );
}

interface OneImageProps {
  readonly viewed: Computed<View | undefined>;
  readonly info: SessionInfo;
  readonly image: number;
  readonly onImage: (image: number) => void;
}

function OneImage({ viewed, info, image, onImage }: OneImageProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  const view = viewed.value;
  const percent = (share: number): string => formatPercent(share, locale, 1);
  const ranked = (view?.probabilities ?? [])
    .map((probability, index) => ({ probability, index }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, 3);
  return (
    <div class="stage">
      <h3>{t.oneImage}</h3>
      <NumberField
        {...{ label: t.image, value: image, min: 0, max: info.validationImages - 1, step: 1, isWhole: true }}
        onChange={onImage}
      />
      {view && (
        <>
          <div class="row">
            <Photo picture={view.image} label={t.imageIs(String(info.classes[view.label]))} size={112} />
            <p data-testid="reading">
              {t.imageIs(String(info.classes[view.label]))}{" "}
              {ranked
                .map(({ probability, index }) => `${info.classes[index]}: ${percent(probability)}`)
                .join(", ")}
            </p>
          </div>
          <details>
            <summary>{t.maps}</summary>
            {view.maps.map((map) => (
              <figure key={map.layer} class="figure">
                <TileSheet sheet={map} scale="signed" size={44} label={t.mapOf(map.layer, map.type)} />
                <figcaption>
                  {`${t.mapOf(map.layer, map.type)}: ${map.of > 1 || map.height > 1 ? `${map.of}×${map.height}×${map.width}` : map.width}`}
                  {map.count < map.of && `, ${t.firstOf(formatNumber(map.count, locale))}`}
                </figcaption>
              </figure>
            ))}
          </details>
        </>
      )}
    </div>
  );
}
