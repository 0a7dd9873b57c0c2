// A CSV file of paths and labels as a list of labelled pictures. Reads the file alone; knows nothing of how pictures are
// decoded.
import { readFile, stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename, dirname, extname, isAbsolute, relative, resolve, sep } from "node:path";
import { CsvError, parse } from "csv-parse/sync";
import { DataError } from "../base/errors.ts";
import { inParallel } from "./in-parallel.ts";
import { classNames, fileList, type PictureList, type PictureSource } from "./picture-list.node.ts";

// Some ten million rows; more are better kept as shards.
const MAX_BYTES = 2 ** 30;
const PART = {
  train: "train",
  validation: "validation",
  val: "validation",
  valid: "validation",
  test: "test",
} as const;
/** Names that columns go by. */
const COLUMNS = {
  path: ["path", "file", "filename", "file_name", "filepath", "image", "img", "image_path"],
  label: ["label", "class", "category", "target", "class_name"],
  split: ["split", "part", "subset", "set"],
} as const;
type Column = keyof typeof COLUMNS;
type Part = (typeof PART)[keyof typeof PART];

/** A row, understood. */
interface Entry {
  readonly row: number;
  readonly path: string;
  readonly label: string;
  readonly part: Part;
}

/** Where the pictures of a CSV file lie. */
export interface CsvOptions {
  /** Folder that paths begin from and must not leave; the file's own unless given. */
  readonly dataDir?: string | undefined;
}

function parseRows(text: string, file: string): { cells: readonly string[]; row: number }[] {
  const delimiter = extname(file).toLowerCase() === ".tsv" ? "\t" : ",";
  try {
    const found = parse(text, { bom: true, delimiter, trim: true, skip_empty_lines: true, info: true });
    return (found as unknown as { record: string[]; info: { lines: number } }[]).map(({ record, info }) => ({
      cells: record,
      row: info.lines,
    }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new DataError(`${file}: ${error.message}. Mend the file.`, { file, code: error.code }, error);
  }
}

/** The place of each column, by the names in the first row, or path and label where these are no names. */
function placesOf(first: readonly string[], file: string): Record<Column, number> & { hasHeader: boolean } {
  const cells = first.map((cell) => cell.toLowerCase());
  const place = (column: Column): number =>
    cells.findIndex((cell) => (COLUMNS[column] as readonly string[]).includes(cell));
  const [path, label, split] = [place("path"), place("label"), place("split")];
  if (path >= 0 && label >= 0) return { path, label, split, hasHeader: true };
  if (path < 0 && label < 0 && first.length === 2) return { path: 0, label: 1, split: -1, hasHeader: false };
  throw new DataError(
    `${file}: its first row is ${first.join(",")}, which names no ${path < 0 ? "path" : "label"}. ` +
      "Begin with a row path,label or path,label,split, or write two columns, path and label.",
    { file, first },
  );
}

function entriesOf(text: string, file: string): Entry[] {
  const rows = parseRows(text, file);
  if (rows.length === 0)
    throw new DataError(`${file}: the file is empty. Write rows of path,label.`, { file });
  const places = placesOf(rows[0]!.cells, file);
  return rows.slice(places.hasHeader ? 1 : 0).map(({ cells, row }) => {
    const [path = "", label = "", split = "train"] = [places.path, places.label, places.split].map(
      (place) => cells[place],
    );
    const wrong = (what: string): DataError =>
      new DataError(`${file}: row ${row} ${what} (${cells.join(",")}). Mend the row or remove it.`, {
        file,
        row,
      });
    if (path === "") throw wrong("has no path");
    if (label === "") throw wrong("has no label");
    const part = split.toLowerCase();
    if (!Object.hasOwn(PART, part)) throw wrong(`is of the part "${split}", not train, validation or test`);
    return { row, path, label, part: PART[part as keyof typeof PART] };
  });
}

/** The path of an entry's file, which must lie in the root. */
function pathOf({ path, row }: Entry, root: string, file: string): string {
  const whole = resolve(root, path);
  const inside = relative(root, whole);
  const leaves = inside === "" || inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside);
  if (!leaves) return whole;
  throw new DataError(
    `${file}: row ${row} leads out of ${root} (${path}). Write paths within that folder, or name another with --data-dir.`,
    { file, row, path },
  );
}

async function checkFiles(entries: readonly { path: string; row: number }[], file: string): Promise<void> {
  await inParallel(entries.length, 4 * availableParallelism(), async (index) => {
    const { path, row } = entries[index]!;
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile()) return;
    throw new DataError(
      `${file}: row ${row}: ${path} ${found ? "is no file" : "does not exist"}. Mend the row or remove it.`,
      { file, row, path },
    );
  });
}

/**
 * The pictures in a CSV file of `path,label`, with those names above the columns or without, or `path,label,split` with
 * train, validation and test. Throws `DataError` naming the row: a path that leads out of the folder or to no file, an
 * empty label, one that only the validation or the test has.
 */
export async function listCsv(file: string, { dataDir }: CsvOptions = {}): Promise<PictureSource> {
  const { size } = await stat(file);
  if (size > MAX_BYTES) {
    throw new DataError(`${file}: the file has ${size} bytes, at most ${MAX_BYTES} are read. Cut it.`, {
      file,
      size,
    });
  }
  const root = resolve(dataDir || dirname(file));
  const entries = entriesOf(await readFile(file, "utf8"), file).map((entry) => ({
    ...entry,
    path: pathOf(entry, root, file),
  }));
  await checkFiles(entries, file);
  const learned = entries.filter(({ part }) => part === "train");
  const classes = classNames(
    learned.map(({ label }) => label),
    file,
  );
  const places = new Map(classes.map((label, index) => [label, index]));
  const name = basename(file, extname(file));
  const listOf = (part: Part): PictureList | undefined => {
    const own = entries.filter((entry) => entry.part === part);
    if (own.length === 0) return undefined;
    const found = own.map(({ path, label, row }) => {
      const place = places.get(label);
      if (place !== undefined) return { path, label: place, name: `${file}: row ${row}: ${path}` };
      throw new DataError(
        `${file}: row ${row} has the label "${label}", which no row to learn from has. Mend it or remove the row.`,
        { file, row, label },
      );
    });
    return fileList(name, found);
  };
  return {
    ...{ name, classes, train: listOf("train")!, isStreamed: false },
    ...{ validation: listOf("validation"), test: listOf("test") },
  };
}
