// What a branch keeps of the state that it goes on from and what begins anew, told by how its settings differ. Plain data
// for the page; carry.ts does it.
import type { Change, RoomSettings } from "./settings.ts";

/** Remarks in the order in which they are told; texts have a sentence for each. */
export type Carried =
  | "weights"
  | "optimizerKept"
  | "optimizerAnew"
  | "momentumAnew"
  | "orderKept"
  | "orderCut"
  | "orderAnew"
  | "scheduleGoesOn";

/** What is said of a branch with this change; `settings` are those that it leaves. */
export function carriedBy(settings: RoomSettings, change: Change): readonly Carried[] {
  const after = { ...settings, ...change };
  const isOther = (key: keyof RoomSettings): boolean => after[key] !== settings[key];
  const hasMomentum = ({ optimizer, momentum }: RoomSettings): boolean => optimizer !== "sgd" || momentum > 0;
  const optimizer = isOther("optimizer")
    ? "optimizerAnew"
    : hasMomentum(after) && !hasMomentum(settings)
      ? "momentumAnew"
      : "optimizerKept";
  const order = isOther("seed") ? "orderAnew" : isOther("batchSize") ? "orderCut" : "orderKept";
  return ["weights", optimizer, order, "scheduleGoesOn"];
}
