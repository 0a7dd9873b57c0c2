// The headers of every answer: what the page may load and run, and that nobody frames, embeds or guesses it.
// Knows nothing of what is answered.
import type { MiddlewareHandler } from "hono";

const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "media-src 'self'",
  "manifest-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const HEADERS: Readonly<Record<string, string>> = {
  "Content-Security-Policy": POLICY,
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  // The engine's threads need shared memory, which browsers give to isolated pages only.
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
  // The token stands in the first address.
  "Referrer-Policy": "no-referrer",
  "Cache-Control": "no-store",
};

/** Adds the headers to every answer; those that a route has set itself stay, but for the ones that protect. */
export const protect: MiddlewareHandler = async (c, next) => {
  await next();
  for (const [name, value] of Object.entries(HEADERS)) {
    if (name !== "Cache-Control" || !c.res.headers.has(name)) c.res.headers.set(name, value);
  }
};
