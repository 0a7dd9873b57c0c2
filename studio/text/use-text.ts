// A text in the language chosen.
import { usePreferences } from "../app/preferences.tsx";
import type { Texts } from "./locale.ts";

/** The part of `texts` in the user's language. */
export const useText = <T>(texts: Texts<T>): T => texts[usePreferences().locale];
