// CSV files of pictures: with a header and without, parts, and every way a row can be wrong.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { pictureBytes } from "../../test/pictures.ts";
import { DataError } from "../base/errors.ts";
import type { ImageSet } from "./image-set.ts";
import { openDataSet } from "./open.node.ts";

let root = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "nabla-csv-"));
  vi.stubEnv("NABLA_CACHE", join(root, "cache"));
  for (let i = 0; i < 8; i++) await writeFile(join(root, `${i}.png`), await pictureBytes(10 * i));
  return async () => {
    vi.unstubAllEnvs();
    await rm(root, { recursive: true, force: true });
  };
});

async function open(lines: readonly string[], name = "photos.csv") {
  await writeFile(join(root, name), lines.join("\n"));
  return openDataSet(join(root, name), { testFraction: 0.25 });
}

const labelled = ({ images, labels, classes }: ImageSet) =>
  [...labels].map((label, i) => `${images[i * 189]! / 10} ${classes[label]}`).sort();
const rows = ["0.png,dog", "1.png,cat", "2.png,dog", "3.png,cat"];
const all = ["0 dog", "1 cat", "2 dog", "3 cat"];

describe("a CSV file", () => {
  it.each([
    ["without a header", rows],
    ["with one", ["path,label", ...rows]],
    [
      "with other names, order and columns",
      ["id,Class,filename", ...rows.map((row) => `7,${row.split(",").reverse()}`)],
    ],
    [
      "with quotes, a byte-order mark and blank lines",
      ['\ufeff"path","label"', "", ...rows.map((row) => `./${row}`), ""],
    ],
  ])("%s", async (_, lines) => {
    const set = await open(lines);
    expect(set.train.classes).toEqual(["cat", "dog"]);
    expect([...labelled(set.train), ...labelled(set.test)].sort()).toEqual(all);
    expect(set).toMatchObject({ name: "photos", note: "photos: 1 of 4 pictures were held out for testing." });
  });

  it("separated by tabs", async () => {
    const set = await open(
      rows.map((row) => row.replace(",", "\t")),
      "photos.tsv",
    );
    expect([...labelled(set.train), ...labelled(set.test)].sort()).toEqual(all);
  });

  it("can say which part a row belongs to", async () => {
    const parts = ["train", "train", "val", "test"];
    const set = await open(["path,label,split", ...rows.map((row, i) => `${row},${parts[i]}`)]);
    expect([set.train, set.validation!, set.test].map(labelled)).toEqual([
      ["0 dog", "1 cat"],
      ["2 dog"],
      ["3 cat"],
    ]);
  });

  it("orders classes that are numbers as numbers", async () => {
    const set = await open(["0.png,10", "1.png,9", "2.png,10", "3.png,9"]);
    expect(set.train.classes).toEqual(["9", "10"]);
  });

  it("takes paths from another folder where one is given", async () => {
    const file = join(root, "cache.csv");
    await writeFile(file, rows.join("\n"));
    expect((await openDataSet(file, { dataDir: root })).train.labels).toHaveLength(3);
  });

  it.each([
    [["path,label", "0.png,a", "none.png,b"], "photos.csv: row 3: ", "none.png does not exist. Mend the row"],
    [["0.png,a", "../1.png,b"], "row 2 leads out of ", "(../1.png). Write paths within that folder"],
    [["0.png,a", "/etc/passwd,b"], "row 2 leads out of ", "(/etc/passwd)"],
    [["0.png,a", ".,b"], "row 2 leads out of ", "(.)"],
    [["0.png,a", "cache,b"], "row 2: ", "cache "],
    [["0.png,a", "1.png,"], "row 2 has no label", "(1.png,)"],
    [["path,label", ",a"], "row 2 has no path", "."],
    [["0.png,a", "1.png,a"], "there are 1 classes (a), a data set needs 2 to 256", "."],
    [["0.png,a,x", "1.png,b,y"], "its first row is 0.png,a,x, which names no path", "."],
    [["path,label", "0.png,a", "1.png,b,c"], "Invalid Record Length", "line 3"],
    [["path,label", '"0.png,a'], "Quote Not Closed", "."],
    [
      ["path,label,split", "0.png,a,train", "1.png,b,train", "2.png,c,test"],
      'row 4 has the label "c"',
      "no row to learn from",
    ],
    [["path,label,split", "0.png,a,some"], 'row 2 is of the part "some"', "not train, validation or test"],
    [[""], "the file is empty", "."],
  ])("is refused: %j", async (lines, first, second) => {
    const opening = open(lines);
    await expect(opening).rejects.toThrow(DataError);
    await expect(opening).rejects.toThrow(first);
    await expect(opening).rejects.toThrow(second);
  });

  it("names row and file of a picture of another size", async () => {
    await writeFile(join(root, "5.png"), await pictureBytes(1, { height: 8 }));
    await expect(open([...rows, "5.png,cat"])).rejects.toThrow(
      /photos\.csv: row \d: .*\.png: the picture is \d×9, /,
    );
  });
});
