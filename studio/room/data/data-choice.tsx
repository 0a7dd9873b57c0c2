// What is learned from: one of the sets there are, or files given by a button or dropped on the page.
import type { DataOffer } from "nabla/server";
import { usePreferences } from "../../app/preferences.tsx";
import { formatNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { Choice } from "../../widgets/choice.tsx";
import { NumberField } from "../../widgets/number-field.tsx";
import { BOUNDS } from "../address.ts";
import { isServedSource, type RoomSettings, SOURCES, type SourceName } from "../settings.ts";
import { text } from "../text.ts";
import { isServed } from "../watch/served.ts";
import { filesOfInput } from "./found-files.ts";
import type { OwnFiles } from "./use-own-files.ts";

/** Data there is beside what everyone has. */
export interface DataThere {
  readonly own: OwnFiles;
  /** The command line's own. */
  readonly given: DataOffer["given"];
}

interface DataChoiceProps {
  readonly settings: RoomSettings;
  readonly there: DataThere;
  /** Why there is nothing to learn from as yet. */
  readonly lack: string | undefined;
  readonly disabled: boolean;
  readonly onChange: (change: Partial<RoomSettings>) => void;
}

/** The sources there are here, and how they are called. */
export function useSources({ given }: Pick<DataThere, "given">) {
  const t = useText(text);
  return {
    sources: SOURCES.filter((source) => source !== "given" || given !== undefined),
    nameOf: (source: SourceName): string =>
      source === "given" && given !== undefined ? t.givenData(given.title) : t.sources[source],
    canTake: (source: SourceName): boolean => isServed() || !isServedSource(source),
  };
}

export function DataChoice({ settings, there, lack, disabled, onChange }: DataChoiceProps) {
  const t = useText(text);
  const { sources, ...rest } = useSources(there);
  const { source } = settings;
  return (
    <section class="stage" aria-label={t.data}>
      <div class="row end">
        <Choice
          {...{ label: t.data, value: source, disabled, ...rest }}
          options={sources.includes(source) ? sources : [...sources, source]}
          onChange={(chosen) => onChange({ source: chosen })}
        />
        <NumberField
          {...{ label: t.images, value: settings.images, ...BOUNDS.images, step: 500, disabled }}
          isWhole
          onChange={(images) => onChange({ images })}
        />
      </div>
      {lack !== undefined && <p class="hint">{lack}</p>}
      <FileInputs own={there.own} disabled={disabled} isWide={source === "files"} />
    </section>
  );
}

interface FileInputsProps {
  readonly own: OwnFiles;
  readonly disabled: boolean;
  /** Whether the buttons are shown too. */
  readonly isWide: boolean;
}

function FileInputs({ own, disabled, isWide }: FileInputsProps) {
  const t = useText(text);
  const { info, isReading } = own;
  const input = (label: string, isFolder: boolean) => (
    <label class="field">
      <span class="label">{label}</span>
      <input
        type="file"
        multiple
        disabled={disabled || isReading}
        {...(isFolder && { webkitdirectory: true })}
        onChange={(event) => own.take(filesOfInput(event.currentTarget))}
      />
    </label>
  );
  return (
    <>
      {isWide && (
        <div class="row end">
          {input(t.chooseFiles, false)}
          {input(t.chooseFolder, true)}
        </div>
      )}
      <p class="hint" aria-live="polite" data-testid="files">
        {isReading ? t.readingFiles : isWide && info ? <OwnInfo info={info} /> : t.dropHint}
      </p>
    </>
  );
}

function OwnInfo({ info }: { readonly info: NonNullable<OwnFiles["info"]> }) {
  const t = useText(text);
  const { locale } = usePreferences();
  const { images, validation, shape, classes } = info;
  const number = (value: number): string => formatNumber(value, locale);
  return (
    <>
      {t.filesHold(number(images), shape.join("×"), number(classes.length))}
      {validation > 0 && ` ${t.filesValidation(number(validation))}`}
    </>
  );
}
