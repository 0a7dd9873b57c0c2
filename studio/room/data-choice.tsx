// What is learned from: one of the sets there are, or files given by a button or dropped on the page.

import { useState } from "preact/hooks";
import { usePreferences } from "../app/preferences.tsx";
import { formatNumber } from "../text/locale.ts";
import { useText } from "../text/use-text.ts";
import { Choice } from "../widgets/choice.tsx";
import { NumberField } from "../widgets/number-field.tsx";
import { BOUNDS } from "./address.ts";
import type { GivenFile } from "./open-files.ts";
import { type RoomSettings, SOURCES } from "./settings.ts";
import { text } from "./text.ts";

interface DataChoiceProps {
  readonly settings: RoomSettings;
  readonly files: readonly GivenFile[];
  readonly disabled: boolean;
  readonly onChange: (change: Partial<RoomSettings>) => void;
  readonly onFiles: (files: readonly GivenFile[]) => void;
}

/** Files of a drop, those of folders too. */
async function filesOfEntry(entry: FileSystemEntry): Promise<[string, File][]> {
  if (entry.isFile) {
    const file = await new Promise<File>((give, fail) => (entry as FileSystemFileEntry).file(give, fail));
    return [[entry.fullPath.slice(1), file]];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: [string, File][] = [];
  for (;;) {
    // A reader gives a hundred at a time, and none at the end.
    const some = await new Promise<FileSystemEntry[]>((give, fail) => reader.readEntries(give, fail));
    if (some.length === 0) return found;
    for (const each of some) found.push(...(await filesOfEntry(each)));
  }
}

const read = (files: readonly (readonly [string, File])[]): Promise<GivenFile[]> =>
  Promise.all(files.map(async ([path, file]) => ({ path, bytes: new Uint8Array(await file.arrayBuffer()) })));

export function DataChoice({ settings, files, disabled, onChange, onFiles }: DataChoiceProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  const [isOver, setOver] = useState(false);
  const take = async (found: readonly (readonly [string, File])[]): Promise<void> => {
    if (found.length === 0) return;
    onFiles(await read(found));
    onChange({ source: "files" });
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    if (disabled) return;
    const entries = [...(event.dataTransfer?.items ?? [])].flatMap((item) => item.webkitGetAsEntry() ?? []);
    void Promise.all(entries.map(filesOfEntry)).then((found) => take(found.flat()));
  };
  const input = (label: string, isFolder: boolean) => (
    <label class="field">
      <span class="label">{label}</span>
      <input
        type="file"
        multiple
        disabled={disabled}
        {...(isFolder && { webkitdirectory: true })}
        onChange={(event) => {
          const given = [...(event.currentTarget.files ?? [])];
          void take(given.map((file) => [file.webkitRelativePath || file.name, file] as const));
        }}
      />
    </label>
  );
  return (
    <section
      class={`stage room-drop ${isOver ? "over" : ""}`}
      aria-label={t.data}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <div class="row end">
        <Choice
          {...{ label: t.data, value: settings.source, options: SOURCES, disabled }}
          nameOf={(name) => t.sources[name]}
          onChange={(source) => onChange({ source })}
        />
        <NumberField
          {...{
            label: t.images,
            value: settings.images,
            ...BOUNDS.images,
            step: 500,
            isWhole: true,
            disabled,
          }}
          onChange={(images) => onChange({ images })}
        />
      </div>
      {settings.source === "files" && (
        <>
          <div class="row end">
            {input(t.chooseFiles, false)}
            {input(t.chooseFolder, true)}
          </div>
          <p class="hint" aria-live="polite" data-testid="files">
            {files.length === 0 ? t.dropHint : t.filesGiven(formatNumber(files.length, locale))}
          </p>
        </>
      )}
    </section>
  );
}
