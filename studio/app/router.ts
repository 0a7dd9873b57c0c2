// Where the page is, from the address: `#/step?w=4&eta=0.1` is the lab "step" in that state. A static host needs no
// rule for it. Knows nothing of what a page shows.
import { useEffect, useState } from "preact/hooks";

/** A page and its state, both plain text. */
export interface Route {
  readonly page: string;
  readonly params: URLSearchParams;
}

export function parseHash(hash: string): Route {
  const [page = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  return { page, params: new URLSearchParams(query) };
}

/** The address of a page in a state. */
export function hashOf(page: string, params?: URLSearchParams): string {
  const query = params?.toString() ?? "";
  return `#/${page}${query && `?${query}`}`;
}

/** Keeps the state of the page that is open in its address, without a step in the history. */
export function replaceParams(page: string, params: URLSearchParams): void {
  if (parseHash(location.hash).page !== page) return;
  history.replaceState(history.state, "", hashOf(page, params));
}

/** The page that is open; changes when the user follows a link or goes back. */
export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = (): void => setHash(location.hash);
    // It may have changed since it was drawn.
    follow();
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return parseHash(hash);
}
