// The texts of the shell in both languages; a lab's own texts lie beside it.
import { en } from "./en.ts";
import { defineText } from "./locale.ts";
import { ru } from "./ru.ts";

export const shell = defineText({ en, ru });
