// Who may ask the studio's server for anything: requests to the right host, from the right origin, with the token of this
// start. Knows nothing of what is asked for.
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { hostname, networkInterfaces } from "node:os";
import type { Context, MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { Failure } from "./api.ts";

/** Where a server listens, and what those who may use it know. */
export interface Door {
  readonly host: string;
  readonly port: number;
  readonly token: string;
}

const TOKEN_BYTES = 24;
const READS = ["GET", "HEAD"];
const METHODS = [...READS, "POST"];

/** A token that nobody guesses: 192 random bits in base64url. */
export const newToken = (): string => randomBytes(TOKEN_BYTES).toString("base64url");

/** Whether others than this machine can reach a server that listens on `host`. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);

const isEveryAddress = (host: string): boolean => host === "0.0.0.0" || host === "::";
const bracketed = (host: string): string => (host.includes(":") ? `[${host}]` : host);

/** The address to open in a browser. */
export const urlOf = ({ host, port, token }: Door): string =>
  `http://${bracketed(isEveryAddress(host) ? "127.0.0.1" : host)}:${port}/?token=${token}`;

/**
 * The values that the Host header may have. A name that an attacker lets point at this machine (DNS rebinding) is none
 * of them: they are addresses, `localhost`, and the machine's own name where others may connect.
 */
export function hostsOf({ host, port }: Pick<Door, "host" | "port">): ReadonlySet<string> {
  const addresses = Object.values(networkInterfaces()).flatMap((all) =>
    (all ?? []).map(({ address }) => address),
  );
  const others = isEveryAddress(host) ? [...addresses, hostname()] : [host];
  const names = ["127.0.0.1", "localhost", "::1", ...others].map((name) => bracketed(name).toLowerCase());
  // Browsers leave the usual port out.
  return new Set(names.flatMap((name) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`])));
}

/** The name of the cookie: it carries the port, since cookies are shared by all ports of a host. */
export const cookieName = (port: number): string => `nabla-token-${port}`;

// Of equal length whatever was sent, as the comparison in constant time asks.
const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
const isSame = (given: string | undefined, token: string): boolean =>
  given !== undefined && timingSafeEqual(digest(given), digest(token));

const refuse = (c: Context, status: 401 | 403 | 405, error: string): Response =>
  c.json({ error } satisfies Failure, status);

const WITHOUT_TOKEN =
  "This is Nabla's studio, which opens only with the token of this start.\n" +
  "Open the whole address that `nabla studio` or `nabla train --studio` has printed in the terminal; it ends in ?token=…\n";

/** Why a request that changes something must not be answered; undefined where it may. */
function faultOfOrigin(c: Context, isBearer: boolean): string | undefined {
  const [origin, own] = [c.req.header("origin"), `http://${c.req.header("host")}`];
  if (origin === own) return undefined;
  if (origin !== undefined)
    return `origin: ${origin} may not change anything here. Do it from the studio's own page.`;
  // Browsers send an origin with every POST; programs do not, and show that they are none by the header.
  if (isBearer) return undefined;
  return "origin: a request that changes something must say where it comes from. Send the token as a Bearer header.";
}

/** Lets a request through that is for this host, of a known method, from this origin where it writes, and with the token. */
export function guard(door: Door): MiddlewareHandler {
  const { port, token } = door;
  const hosts = hostsOf(door);
  return async (c, next) => {
    const host = c.req.header("host")?.toLowerCase();
    if (host === undefined || !hosts.has(host)) {
      return refuse(c, 403, "host: this server does not answer to that name. Use the address it printed.");
    }
    const bearer = /^Bearer (\S+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
    const { method } = c.req;
    if (!READS.includes(method)) {
      const fault = faultOfOrigin(c, bearer !== undefined);
      if (fault !== undefined) return refuse(c, 403, fault);
    }
    const asked = c.req.query("token");
    const hasCookie = isSame(getCookie(c, cookieName(port)), token);
    if (!hasCookie && !isSame(bearer, token) && !isSame(asked, token)) return c.text(WITHOUT_TOKEN, 401);
    if (!METHODS.includes(method)) {
      c.header("Allow", METHODS.join(", "));
      return refuse(c, 405, `method: ${method} is not known here. Use ${METHODS.join(", ")}.`);
    }
    if (!hasCookie && asked !== undefined) {
      setCookie(c, cookieName(port), token, { path: "/", httpOnly: true, sameSite: "Strict" });
    }
    await next();
  };
}
