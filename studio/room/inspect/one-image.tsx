// One image, of the set or of the reader's own, and what each layer makes of it.
import { usePreferences } from "../../app/preferences.tsx";
import { formatNumber, formatPercent } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { NumberField } from "../../widgets/number-field.tsx";
import { text } from "../text.ts";
import type { ChosenImage, Sheet, View } from "./look.ts";
import { Photo } from "./photo.tsx";
import { TileSheet } from "./tile-sheet.tsx";

interface OneImageProps {
  readonly view: View | undefined;
  readonly classes: readonly string[];
  readonly image: ChosenImage;
  /** Images to choose from. */
  readonly images: number;
  readonly onImage: (image: ChosenImage) => void;
}

/** Bytes of a picture that is worth decoding. */
const MOST_BYTES = 2 ** 26;
const LIKELIEST = 3;

export function OneImage({ view, classes, image, images, onImage }: OneImageProps) {
  const t = useText(text);
  const take = async (file: File | undefined): Promise<void> => {
    if (file === undefined || file.size > MOST_BYTES) return;
    onImage({ path: file.name, bytes: new Uint8Array(await file.arrayBuffer()) });
  };
  return (
    <div class="stage">
      <h3>{t.oneImage}</h3>
      <div class="row end">
        <NumberField
          {...{
            label: t.image,
            value: typeof image === "number" ? image : 0,
            min: 0,
            max: images - 1,
            step: 1,
          }}
          isWhole
          onChange={onImage}
        />
        <label class="field">
          <span class="label">{t.ownPicture}</span>
          <input
            type="file"
            accept="image/*"
            onChange={(event) => void take(event.currentTarget.files?.[0])}
          />
        </label>
      </div>
      {view && (
        <>
          <Reading {...{ view, classes }} name={typeof image === "number" ? undefined : image.path} />
          <details open>
            <summary>{t.maps}</summary>
            {view.maps.map((map) => (
              <Maps key={map.layer} map={map} />
            ))}
          </details>
        </>
      )}
    </div>
  );
}

interface ReadingProps {
  readonly view: View;
  readonly classes: readonly string[];
  /** Of a picture of the reader's. */
  readonly name: string | undefined;
}

function Reading({ view: { image, label, probabilities }, classes, name }: ReadingProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  const ranked = probabilities
    .map((probability, index) => ({ probability, index }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, LIKELIEST);
  const said = label === undefined ? `${name}:` : t.imageIs(String(classes[label]));
  return (
    <div class="row">
      <Photo picture={image} label={said} size={112} />
      <p data-testid="reading">
        {said}{" "}
        {ranked
          .map(({ probability, index }) => `${classes[index]}: ${formatPercent(probability, locale, 1)}`)
          .join(", ")}
      </p>
    </div>
  );
}

function Maps({ map }: { readonly map: Sheet }) {
  const t = useText(text);
  const { locale } = usePreferences();
  const isFlat = map.of === 1 && map.height === 1;
  return (
    <figure class="figure">
      <TileSheet sheet={map} scale="signed" size={44} label={t.mapOf(map.layer, map.type)} />
      <figcaption>
        {`${t.mapOf(map.layer, map.type)}: ${isFlat ? map.width : `${map.of}×${map.height}×${map.width}`}`}
        {map.count < map.of && `, ${t.firstOf(formatNumber(map.count, locale))}`}
      </figcaption>
    </figure>
  );
}
