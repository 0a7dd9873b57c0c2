// The training room's texts in both languages.
import { defineText } from "../text/locale.ts";
import { en } from "./text.en.ts";
import { ru } from "./text.ru.ts";

export const text = defineText({ en, ru });
