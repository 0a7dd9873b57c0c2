// Whether the command line's server is behind the page, which it says in the page itself: a static site is never asked.
import { SERVER_MARK } from "nabla/server";

export const isServed = (): boolean => document.querySelector(`meta[name="${SERVER_MARK}"]`) !== null;
