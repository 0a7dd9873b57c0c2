// A net as it is, or was: score, confusions, mistakes, spreads, filters, and one image layer by layer. Knows nothing of
// where the net comes from.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { usePreferences } from "../../app/preferences.tsx";
import { useComputed } from "../../engine/use-computed.ts";
import { shell } from "../../text/index.ts";
import { formatNumber, formatPercent } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { FaultText } from "../../widgets/fault-text.tsx";
import { Later } from "../../widgets/later.tsx";
import { text } from "../text.ts";
import { Confusion } from "./confusion.tsx";
import type { ChosenImage, Judgement, View } from "./look.ts";
import { OneImage } from "./one-image.tsx";
import { Photo } from "./photo.tsx";
import { Spread } from "./spread.tsx";
import { TileSheet } from "./tile-sheet.tsx";

/** A net that can be looked at. */
export interface Looked {
  /** Changes with the net and with the images that it is looked at with. */
  readonly key: string;
  /** The step it is of, where that is known. */
  readonly step?: number | undefined;
  readonly classes: readonly string[];
  readonly judge: () => Promise<Judgement>;
  readonly view: (image: ChosenImage) => Promise<View>;
}

interface InspectorProps {
  readonly title: (step: string | undefined) => string;
  /** Undefined while there is none. */
  readonly looked: Looked | undefined;
  /** While it is trained, it is looked at now and then. */
  readonly isRunning: boolean;
  readonly testId: string;
  /** What is chosen, above all else. */
  readonly children?: ComponentChildren;
}

/** Milliseconds that a net must be stayed at, and between two looks at one in training. */
const [SETTLED, REST] = [150, 4000];

/** A net that has been stayed at for a moment, so that a slider that is drawn along does not ask for every step. */
function useSettled(looked: Looked | undefined, isRunning: boolean): Looked | undefined {
  const [settled, setSettled] = useState<Looked>();
  const since = useRef(0);
  useEffect(() => {
    const wait = isRunning ? Math.max(0, since.current + REST - performance.now()) : SETTLED;
    const timer = setTimeout(() => {
      since.current = performance.now();
      setSettled(looked);
    }, wait);
    return () => clearTimeout(timer);
  }, [looked?.key, isRunning]);
  return settled;
}

export function Inspector({ title, looked, isRunning, testId, children }: InspectorProps) {
  const t = useText(text);
  const { lab } = useText(shell);
  const { locale } = usePreferences();
  const [image, setImage] = useState<ChosenImage>(0);
  const at = useSettled(looked, isRunning);
  const judged = useComputed(async () => at && { at, judgement: await at.judge() }, [at?.key]);
  const viewed = useComputed(async () => at && (await at.view(image)), [at?.key, image]);
  const error = judged.error ?? viewed.error;
  const found = judged.value;
  const step = found?.at.step;
  return (
    <section class="panel stage" aria-label={title(undefined)} data-testid={testId} data-step={step}>
      <h2>
        {title(step === undefined ? undefined : formatNumber(step, locale))}
        {(judged.isBusy || isRunning) && (
          <span class="hint">{` ${isRunning ? t.whileRunning : lab.computing}`}</span>
        )}
      </h2>
      {children}
      {error !== undefined && (
        <p class="notice" role="alert">
          {lab.failed} <FaultText fault={error} />
        </p>
      )}
      {found && <Judged judgement={found.judgement} classes={found.at.classes} onImage={setImage} />}
      {found && (
        <Later>
          <OneImage
            {...{ view: viewed.value, classes: found.at.classes, image, onImage: setImage }}
            images={found.judgement.images}
          />
        </Later>
      )}
    </section>
  );
}

interface JudgedProps {
  readonly judgement: Judgement;
  readonly classes: readonly string[];
  readonly onImage: (index: number) => void;
}

function Judged({ judgement, classes, onImage }: JudgedProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  const { score, spread, filters } = judgement;
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
          <Later>
            <Confusion confusion={score.confusion} classes={classes} />
          </Later>
        </div>
        <div>
          <h3>{t.mistakes}</h3>
          <p class="hint">{t.mistakesHint}</p>
          <Later>
            <Mistakes {...{ judgement, classes, onImage }} />
          </Later>
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
        <Later>
          <Spread spread={spread} />
        </Later>
      </details>
    </>
  );
}

/** The worst mistakes, each of which can be looked at layer by layer. */
function Mistakes({ judgement: { mistakes }, classes, onImage }: JudgedProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  if (mistakes.length === 0) return <p>{t.noMistakes}</p>;
  return (
    <ul class="room-photos">
      {mistakes.map((mistake) => {
        const [actual, predicted] = [classes[mistake.label], classes[mistake.predicted]];
        return (
          <li key={mistake.index}>
            <button type="button" class="room-mistake" onClick={() => onImage(mistake.index)}>
              <Photo picture={mistake} size={64} />
              <span class="hint">{`${actual} → ${predicted}`}</span>{" "}
              <span class="hint">{formatPercent(mistake.probability, locale, 0)}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
