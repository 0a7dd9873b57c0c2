// Names the folder of a new run by date, data and model. Knows nothing of what is written there.
import { existsSync } from "node:fs";
import { basename, join } from "node:path";

/** A folder under `parent` that does not exist yet: "2026-03-09-1405-digits-cnn", with a number where that one is taken. */
export function newRunFolder(data: string, model: string, date: Date, parent = "runs"): string {
  const two = (value: number): string => value.toString().padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  const plain = (text: string): string => basename(text).replace(/[^\p{L}\p{N}.]+/gu, "-");
  const name = `${day}-${two(date.getHours())}${two(date.getMinutes())}-${plain(data)}-${plain(model)}`;
  for (let number = 1; ; number++) {
    const folder = join(parent, number === 1 ? name : `${name}-${number}`);
    if (!existsSync(folder)) return folder;
  }
}
