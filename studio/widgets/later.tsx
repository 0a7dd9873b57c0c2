// A part of a page that is drawn when its turn has come, so that what is above it is there soon and no part holds up the page.
import type { ComponentChildren } from "preact";
import { useTurn } from "../app/in-turn.ts";

export const Later = ({ children }: { readonly children: ComponentChildren }) =>
  useTurn() ? children : null;
