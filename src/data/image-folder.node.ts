// Folders of pictures, one sub-folder a class, as lists of labelled pictures. Reads the names of files only.
import { readdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { DataError } from "../base/errors.ts";
import {
  fileList,
  type LabelledFile,
  MAX_CLASSES,
  PICTURE,
  type PictureList,
  type PictureSource,
} from "./picture-list.node.ts";

/**
 * The pictures in `folder/class/*.png|jpg|webp`, or `folder/train/class/*` with `folder/test/class/*`, `folder/val/class/*`
 * or both. Classes are the names of the sub-folders in order of their characters. Throws `DataError` for a missing folder,
 * an empty class or a class that only one part has.
 */
export async function listImageFolder(folder: string): Promise<PictureSource> {
  const root = resolve(folder);
  const parts = await listFolders(root);
  const name = basename(root);
  const testRoot = parts.find((part) => part === "test");
  const validationRoot = parts.find((part) => /^val(id(ation)?)?$/.test(part));
  if (!parts.includes("train") || (testRoot ?? validationRoot) === undefined) {
    const classes = classesOf(root, parts);
    return { name, classes, train: await listPictures(name, root, classes), isStreamed: false };
  }
  const trainRoot = join(root, "train");
  const classes = classesOf(trainRoot, await listFolders(trainRoot));
  const listPart = async (part: string | undefined): Promise<PictureList | undefined> => {
    if (part === undefined) return undefined;
    await checkSameClasses(name, classes, trainRoot, join(root, part));
    return listPictures(name, join(root, part), classes);
  };
  return {
    ...{ name, classes, isStreamed: false, train: await listPictures(name, trainRoot, classes) },
    ...{ test: await listPart(testRoot), validation: await listPart(validationRoot) },
  };
}

async function checkSameClasses(
  name: string,
  classes: readonly string[],
  trainRoot: string,
  otherRoot: string,
): Promise<void> {
  const other = classesOf(otherRoot, await listFolders(otherRoot));
  const odd = [...new Set([...classes, ...other])].find(
    (each) => !classes.includes(each) || !other.includes(each),
  );
  if (odd === undefined) return;
  const lacking = classes.includes(odd) ? otherRoot : trainRoot;
  throw new DataError(
    `${name}: class "${odd}" is missing in ${lacking}. Give both parts the same sub-folders.`,
    { class: odd, folder: lacking },
  );
}

async function listFolders(root: string): Promise<string[]> {
  const names = await readdir(root).catch((error: NodeJS.ErrnoException) => {
    throw new DataError(
      `${root}: the folder could not be read (${error.code}). Check the path.`,
      { folder: root },
      error,
    );
  });
  const visible = names.filter((name) => !name.startsWith(".")).sort();
  const kinds = await Promise.all(visible.map((name) => stat(join(root, name)).catch(() => undefined)));
  return visible.filter((_, index) => kinds[index]?.isDirectory());
}

function classesOf(root: string, names: readonly string[]): readonly string[] {
  if (names.length >= 2 && names.length <= MAX_CLASSES) return names;
  throw new DataError(
    `${root}: there are ${names.length} sub-folders, a data set needs 2 to ${MAX_CLASSES}, one a class. ` +
      "Put the pictures of each class into a folder of its own.",
    { folder: root, classes: names.length },
  );
}

async function listPictures(name: string, root: string, classes: readonly string[]): Promise<PictureList> {
  const found: LabelledFile[] = [];
  for (const [label, folder] of classes.entries()) {
    const files = (await readdir(join(root, folder))).filter(
      (file) => PICTURE.test(file) && !file.startsWith("."),
    );
    if (files.length === 0) {
      throw new DataError(
        `${join(root, folder)}: there is no PNG, JPEG or WebP picture in it. Add some or remove the folder.`,
        { folder: join(root, folder) },
      );
    }
    for (const file of files.sort()) found.push({ path: join(root, folder, file), label });
  }
  return fileList(name, found);
}
