// The headers of every answer: what the page may load and run, and that nobody frames, embeds or guesses it.
// Knows nothing of what is answered.
import { createHash } from "node:crypto";
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

/**
 * The policy of a page that was found in a run folder: it runs nothing, asks for nothing, and has no more styles than the
 * element it carries, which is known by its sum.
 */
export function policyOfReport(page: string): string {
  const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? "";
  const sum = createHash("sha256").update(style).digest("base64");
  return `default-src 'none'; img-src data:; style-src 'sha256-${sum}'; sandbox; frame-ancestors 'none'`;
}

// What a route may say otherwise of its own answer.
const LEFT_TO_ROUTES = ["Cache-Control", "Content-Security-Policy"];

/** Adds the headers to every answer. */
export const protect: MiddlewareHandler = async (c, next) => {
  await next();
  for (const [name, value] of Object.entries(HEADERS)) {
    if (!LEFT_TO_ROUTES.includes(name) || !c.res.headers.has(name)) c.res.headers.set(name, value);
  }
};
