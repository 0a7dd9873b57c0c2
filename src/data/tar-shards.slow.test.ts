// WebDataset shards: patterns, folders with parts, labels in their forms, damage; streamed without being held.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { pictureBytes } from "../../test/pictures.ts";
import { type Member, tarOf } from "../../test/tar-archive.ts";
import { DataError, FormatError } from "../base/errors.ts";
import { type ImageSource, isStream, readImages } from "./image-set.ts";
import { openDataSet, openImages } from "./open.node.ts";

let root = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "nabla-tar-"));
  vi.stubEnv("NABLA_CACHE", join(root, "cache"));
  return async () => {
    vi.unstubAllEnvs();
    await rm(root, { recursive: true, force: true });
  };
});

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const greyOf = (sample: number): number => 3 * sample;

/** Members of samples `first` … : a picture whose grey is 3 times its number, its label the number modulo 2. */
async function samples(first: number, count: number, extension: "cls" | "json" = "cls"): Promise<Member[]> {
  const members: Member[] = [];
  for (let i = first; i < first + count; i++) {
    const label = extension === "cls" ? `${i % 2}\n` : JSON.stringify({ label: i % 2, who: "me" });
    const key = `photos/${String(i).padStart(4, "0")}`;
    members.push({ name: `${key}.png`, bytes: await pictureBytes(greyOf(i)) });
    members.push({ name: `${key}.${extension}`, bytes: text(label) });
  }
  return members;
}

async function save(name: string, members: readonly Member[]): Promise<string> {
  const path = join(root, name);
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, tarOf(members));
  return path;
}

/** Label and grey of every image, in order. */
async function content(set: ImageSource): Promise<[label: number, grey: number][]> {
  const bytes = await readImages(set, Int32Array.from(set.labels.keys()));
  return [...set.labels].map((label, i) => [label, bytes[(i * bytes.length) / set.labels.length]!]);
}

describe("tar shards", () => {
  it("are streamed from a pattern, labels as they stand beside the pictures", async () => {
    await save("set/a-08.tar", await samples(0, 6));
    await save("set/a-09.tar", await samples(6, 5, "json"));
    await save("set/a-10.tar", await samples(11, 9));
    const set = await openImages(join(root, "set/a-{08..10}.tar"), { testFraction: 0.1 });
    expect([set.name, set.train.shape]).toEqual(["set", [3, 7, 9]]);
    expect(set.train.classes).toEqual(["0", "1"]);
    expect(isStream(set.train) && set.train.shards.reduce((sum, size) => sum + size)).toBe(18);
    const all = [...(await content(set.train)), ...(await content(set.test))];
    expect(all.sort((a, b) => a[1] - b[1])).toEqual(Array.from({ length: 20 }, (_, i) => [i % 2, greyOf(i)]));
    expect(set.note).toContain("2 of 20 pictures were held out for testing");
  });

  it("may be a folder with shards for validation and test, or with such folders", async () => {
    await save("x/train-0.tar", await samples(0, 4));
    await save("x/val-0.tar", await samples(4, 2));
    await save("x/test-0.tar", await samples(6, 3));
    await save("y/train/0.tar", await samples(0, 4));
    await save("y/val/0.tar", await samples(4, 2));
    await save("y/test/0.tar", await samples(6, 3));
    for (const folder of ["x", "y"]) {
      const set = await openImages(join(root, folder));
      expect([set.train, set.validation!, set.test].map(({ labels }) => [...labels])).toEqual([
        [0, 1, 0, 1],
        [0, 1],
        [0, 1, 0],
      ]);
      expect(set.note).toBeUndefined();
    }
  });

  it("can have names for their classes, in classes.txt or as labels", async () => {
    const named = await samples(0, 4);
    named[1] = { name: named[1]!.name, bytes: text("dog") };
    await writeFile(join(root, "classes.txt"), "cat\ndog\n");
    const set = await openImages(await save("s.tar", named), { testFraction: 0.25 });
    expect(set.train.classes).toEqual(["cat", "dog"]);
    const all = [...(await content(set.train)), ...(await content(set.test))].sort((a, b) => a[1] - b[1]);
    expect(all.map(([label]) => label)).toEqual([1, 1, 0, 1]);
  });

  it("are held in memory where that is asked for, decoded once into the cache", async () => {
    const path = await save("s.tar", await samples(0, 10));
    const stages: number[] = [];
    const options = { cache: true, onProgress: ({ done }: { done: number }) => stages.push(done) };
    const set = await openDataSet(path, options);
    expect(set.train.images).toHaveLength(8 * 3 * 7 * 9);
    expect(stages).toEqual([10]);
    expect(await openDataSet(path, options)).toEqual(set);
    expect(stages).toEqual([10]);
    expect(await openDataSet(path, { stream: false })).toEqual(set);
  });

  it("are refused, naming the member, where a label or a picture is missing or wrong", async () => {
    const bad = async (change: (members: Member[]) => void) => {
      const members = await samples(0, 4);
      change(members);
      return openImages(await save("bad.tar", members));
    };
    await expect(bad((members) => members.splice(3, 1))).rejects.toThrow(
      "bad.tar: photos/0001 has no label (cls, json). Put both",
    );
    await expect(bad((members) => members.splice(2, 1))).rejects.toThrow("photos/0001 has no picture");
    const relabel = (name: string, value: string) => (members: Member[]) => {
      members[3] = { name, bytes: text(value) };
    };
    await expect(bad(relabel("photos/0001.json", "{"))).rejects.toThrow("photos/0001.json is no JSON.");
    await expect(bad(relabel("photos/0001.json", '{"label": 1.5}'))).rejects.toThrow("holds no label");
    await expect(bad(relabel("photos/0001.cls", " "))).rejects.toThrow("photos/0001.cls holds no label");
    await writeFile(join(root, "classes.txt"), "cat\ndog\n");
    await expect(bad(relabel("photos/0001.cls", "cow"))).rejects.toThrow(
      'photos/0001.png has the label "cow", the classes are cat, dog.',
    );
    await expect(bad((members) => members.splice(0))).rejects.toThrow("there is no picture in it");
  });

  it("are refused where cut off, packed or not there", async () => {
    const path = await save("s.tar", await samples(0, 4));
    await writeFile(path, tarOf(await samples(0, 4)).subarray(0, 2100));
    await expect(openImages(path)).rejects.toThrow(FormatError);
    await expect(openImages(path)).rejects.toThrow("s.tar: tar archive is truncated (byte ");
    await expect(openImages(join(root, "s.tar.gz"))).rejects.toThrow(
      "packed archive cannot be read in places",
    );
    await expect(openImages(join(root, "s-{0..1}.tar"))).rejects.toThrow(
      "s-0.tar: could not be read (ENOENT)",
    );
    await expect(openImages(join(root, "none.tar"))).rejects.toThrow(DataError);
  });

  it("name the member that does not decode or is of another size, when it is read", async () => {
    const members = await samples(0, 6);
    members[8] = { name: members[8]!.name, bytes: text("no picture") };
    const path = await save("s.tar", members);
    await expect(openImages(path, { stream: false })).rejects.toThrow(
      `${path}: photos/0004.png: could not be decoded`,
    );
    members[8] = { name: members[8]!.name, bytes: await pictureBytes(9, { width: 5 }) };
    await writeFile(path, tarOf(members));
    await expect(openImages(path)).rejects.toThrow(
      `photos/0004.png: the picture is 7×5, ${path}: photos/0000.png is 7×9. Say what`,
    );
    const image = { channels: 1, height: 4, width: 4 } as const;
    expect((await openImages(path, { image })).train.shape).toEqual([1, 4, 4]);
  });
});
