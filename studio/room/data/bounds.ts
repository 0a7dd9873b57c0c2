// Bounds of the user's own files, which page and worker both keep.

/** Bytes of all files together, unpacked. */
export const MOST_BYTES = 2 ** 30;
