// The check of the keys as a module: loading it has the engine answer every question. For the build.
import { wrongKeys } from "./compute.ts";

/** The questions with a wrong key. */
export const wrong = await wrongKeys();
