// Names of runs: those of the server's list as they are, those opened from a folder with a mark that no name there has.

const OPENED = "opened:";

/** The name under which a folder that was opened goes. */
export const openedName = (folder: string): string => OPENED + folder;

/** As people see it. */
export const shownName = (name: string): string =>
  name.startsWith(OPENED) ? name.slice(OPENED.length) : name;
