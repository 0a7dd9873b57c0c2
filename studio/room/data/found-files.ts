// Files from a drop or a button, folders opened up, read into memory. Knows nothing of what they hold.
import { MOST_BYTES } from "./bounds.ts";
import type { GivenFile } from "./given-file.ts";

/** A file with its path below what was given. */
export type FoundFile = readonly [path: string, file: File];

async function filesOfEntry(entry: FileSystemEntry): Promise<FoundFile[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((give, fail) => (entry as FileSystemFileEntry).file(give, fail));
    return [[entry.fullPath.slice(1), file]];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: FoundFile[] = [];
  for (;;) {
    // A reader gives a hundred at a time, and none at the end.
    const some = await new Promise<FileSystemEntry[]>((give, fail) => reader.readEntries(give, fail));
    if (some.length === 0) return found;
    for (const each of some) found.push(...(await filesOfEntry(each)));
  }
}

const isHidden = ([path]: FoundFile): boolean => path.split("/").at(-1)!.startsWith(".");

/** The files of a drop, those of folders too; must be asked for while the drop is told of. */
export function filesOfDrop(data: DataTransfer): Promise<FoundFile[]> {
  const found = [...data.items].map((item): Promise<FoundFile[]> | FoundFile[] => {
    const entry = item.webkitGetAsEntry();
    if (entry !== null) return filesOfEntry(entry);
    const file = item.getAsFile();
    return file === null ? [] : [[file.name, file]];
  });
  return Promise.all(found).then((all) => all.flat().filter((file) => !isHidden(file)));
}

/** The files of a button. */
export const filesOfInput = (input: HTMLInputElement): FoundFile[] =>
  [...(input.files ?? [])]
    .map((file): FoundFile => [file.webkitRelativePath || file.name, file])
    .filter((file) => !isHidden(file));

/** Bytes of these files. */
const sizeOf = (files: readonly FoundFile[]): number => files.reduce((sum, [, { size }]) => sum + size, 0);
export const isTooLarge = (files: readonly FoundFile[]): boolean => sizeOf(files) > MOST_BYTES;

export const readFound = (files: readonly FoundFile[]): Promise<GivenFile[]> =>
  Promise.all(files.map(async ([path, file]) => ({ path, bytes: new Uint8Array(await file.arrayBuffer()) })));
