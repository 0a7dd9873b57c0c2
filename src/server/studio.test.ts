// Attacks on a real server, one for each rule it is to keep: token, host, origin, paths, methods, headers, sizes.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { type IncomingHttpHeaders, request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hostsOf } from "./access.ts";
import { paths, type RunSummary } from "./api.ts";
import { type Studio, startStudio } from "./studio.ts";

const folder = mkdtempSync(join(tmpdir(), "nabla-studio-"));
const runs = join(folder, "runs");
const page = join(folder, "page");
const start = { type: "start", epochs: 2, stepsPerEpoch: 3, step: 0 };
const step = { type: "step", epoch: 1, step: 3, loss: 1.5, accuracy: 0.5 };
const end = { type: "end", reason: "epochs", step: 6 };
let studio: Studio;
let token: string;

function makeRun(name: string, events: readonly object[]): string {
  const path = join(runs, name);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, "config.json"), JSON.stringify({ model: "cnn", data: "digits" }));
  writeFileSync(join(path, "metrics.jsonl"), events.map((event) => `${JSON.stringify(event)}\n`).join(""));
  return path;
}

beforeAll(async () => {
  const done = makeRun("done", [start, step, end]);
  writeFileSync(join(done, "model.safetensors"), "model bytes");
  writeFileSync(join(done, "checkpoint.safetensors"), "checkpoint bytes");
  writeFileSync(join(done, "evaluation.json"), JSON.stringify({ loss: 0.1, accuracy: 0.97, count: 10 }));
  makeRun("sweep/trial-1", [start, step]);
  makeRun("sweep/trial-2", [start, step, { type: "divergence", step: 4, message: "fit: NaN" }]);
  writeFileSync(join(runs, "sweep", "results.json"), JSON.stringify([{ lr: 0.1 }]));
  writeFileSync(join(folder, "secret.safetensors"), "secret");
  symlinkSync(join(folder, "secret.safetensors"), join(done, "linked.safetensors"));
  const outside = join(folder, "outside");
  mkdirSync(outside);
  for (const file of ["config.json", "metrics.jsonl"]) writeFileSync(join(outside, file), "{}");
  symlinkSync(outside, join(runs, "escape"));
  mkdirSync(join(page, "assets"), { recursive: true });
  writeFileSync(join(page, "index.html"), "<!doctype html><title>studio</title>");
  writeFileSync(join(page, "assets", "main.js"), "export {};");
  writeFileSync(join(page, "assets", "engine.wasm"), new Uint8Array([0, 97, 115, 109]));
  symlinkSync(join(folder, "secret.safetensors"), join(page, "secret.txt"));
  studio = await startStudio({ runs, page });
  token = new URL(studio.url).searchParams.get("token") ?? "";
});
afterAll(async () => {
  await studio.close();
  rmSync(folder, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Ask {
  readonly method?: string;
  readonly headers?: Record<string, string>;
}

/** One request exactly as written: no client tidies its path or its headers. */
function raw(path: string, { method = "GET", headers = {} }: Ask = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port: studio.port, path, method, headers, agent: false };
    const sent = request(options, (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.on("error", reject);
      answer.on("end", () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body: Buffer.concat(parts).toString("latin1"),
        }),
      );
    });
    sent.on("error", reject);
    sent.end();
  });
}

const bearer = () => ({ Authorization: `Bearer ${token}` });
const cookie = () => ({ Cookie: `nabla-token-${studio.port}=${token}` });
const own = () => `http://127.0.0.1:${studio.port}`;
const get = (path: string, headers: Record<string, string> = {}) =>
  raw(path, { headers: { ...bearer(), ...headers } });
const post = (path: string, headers: Record<string, string>) => raw(path, { method: "POST", headers });
const PROTECTED = ["/", "/assets/main.js", "/api/runs", paths.run("done"), paths.stream("done"), "/no/such"];

describe("the token", () => {
  it("is at least 128 bits, in the address, and another one at each start", async () => {
    const other = await startStudio({ runs });
    await other.close();
    expect(Buffer.from(token, "base64url").length * 8).toBeGreaterThanOrEqual(128);
    expect(studio.url).toBe(`${own()}/?token=${token}`);
    expect(other.url.split("token=")[1]).not.toBe(token);
  });
  it.each(PROTECTED)("is asked for at %s", async (path) => {
    const { status, body } = await raw(path);
    expect(status).toBe(401);
    expect(body).toContain("?token=");
    expect(body).not.toContain("doctype");
  });
  it("is refused where one character is wrong, cut or of another port's cookie", async () => {
    const wrong = `${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}`;
    const attempts = [
      raw(`/?token=${wrong}`),
      raw(`/?token=${token.slice(0, -1)}`),
      raw("/?token="),
      raw("/", { headers: { Authorization: `Basic ${token}` } }),
      raw("/", { headers: { Cookie: `nabla-token-${studio.port}=${wrong}` } }),
      raw("/", { headers: { Cookie: `nabla-token-1=${token}` } }),
    ];
    expect((await Promise.all(attempts)).map(({ status }) => status)).toEqual(Array(6).fill(401));
  });
  it("becomes a cookie of this port that scripts cannot read and other sites do not send", async () => {
    const { status, headers } = await raw(`/?token=${token}`);
    expect(status).toBe(200);
    expect(headers["set-cookie"]).toEqual([
      `nabla-token-${studio.port}=${token}; Path=/; HttpOnly; SameSite=Strict`,
    ]);
    const again = await raw("/assets/main.js", { headers: cookie() });
    expect([again.status, again.headers["set-cookie"]]).toEqual([200, undefined]);
  });
  it("is asked for where a connection is to be upgraded", async () => {
    const upgrade = { Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Version": "13" };
    expect((await raw("/api/runs", { headers: upgrade })).status).toBe(401);
  });
});

describe("the host", () => {
  it("must be one of this machine's: a name that was pointed here is refused", async () => {
    const hosts = [
      "evil.example",
      `evil.example:${studio.port}`,
      "127.0.0.1",
      "127.0.0.1:1",
      "localhost.evil:80",
    ];
    const answers = await Promise.all(
      hosts.map((Host) => raw("/api/runs", { headers: { ...bearer(), Host } })),
    );
    expect(answers.map(({ status }) => status)).toEqual(hosts.map(() => 403));
    expect((await get("/api/runs", { Host: `localhost:${studio.port}` })).status).toBe(200);
  });
  it("is asked before the token, and its refusal is protected too", async () => {
    const { status, headers } = await raw("/", { headers: { Host: "evil.example" } });
    expect([status, headers["x-content-type-options"]]).toEqual([403, "nosniff"]);
  });
  it("may be any address of the machine where all are listened at, and no other name", () => {
    const hosts = hostsOf({ host: "0.0.0.0", port: 80 });
    expect(hosts.has("localhost") && hosts.has("localhost:80") && hosts.has("[::1]")).toBe(true);
    expect(hosts.has("0.0.0.0") || hosts.has("evil.example")).toBe(false);
  });
  it("cannot be one that others reach, unless that is allowed", async () => {
    for (const host of ["0.0.0.0", "::", "192.168.1.2", "example.org", "127.evil.example"]) {
      await expect(startStudio({ host })).rejects.toThrow(/--public/);
    }
    const open = await startStudio({ host: "0.0.0.0", isPublic: true, runs });
    expect(open.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=/);
    await open.close();
  });
});

describe("a request that changes something", () => {
  const stop = paths.stop("done");
  it("is refused from another origin, from none, and from a page without one, with the cookie or the header", async () => {
    for (const Origin of [
      "http://evil.example",
      "null",
      `https://127.0.0.1:${studio.port}`,
      "http://127.0.0.1:1",
    ]) {
      expect((await post(stop, { ...cookie(), Origin })).status).toBe(403);
      expect((await post(stop, { ...bearer(), Origin })).status).toBe(403);
    }
    expect((await post(stop, cookie())).status).toBe(403);
  });
  it("is let through from the page itself and from a program with the header", async () => {
    expect((await post(stop, { ...cookie(), Origin: own() })).status).toBe(409);
    expect((await post(stop, bearer())).status).toBe(409);
    expect((await post(stop, { Origin: own() })).status).toBe(401);
  });
  it("is not GET", async () => {
    expect((await get(stop)).status).toBe(404);
  });
  it("is POST alone: other methods are not known, and no other site is invited", async () => {
    for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"]) {
      const { status, headers } = await raw(stop, { method, headers: bearer() });
      expect([status, headers["allow"]]).toEqual([405, "GET, HEAD, POST"]);
    }
    const preflight = { Origin: "http://evil.example", "Access-Control-Request-Method": "POST" };
    const { status, headers } = await raw(stop, { method: "OPTIONS", headers: preflight });
    expect(status).toBe(403);
    expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
  });
});

describe("one run folder in place of a folder of them", () => {
  it("is the only run there is, and nothing beside it is told of", async () => {
    const one = await startStudio({ runs: join(runs, "done"), page });
    const headers = { Authorization: `Bearer ${new URL(one.url).searchParams.get("token")}` };
    const answer = (path: string) => fetch(new URL(path, one.url), { headers });
    const list = (await (await answer(paths.runs)).json()) as RunSummary[];
    expect(list.map(({ name, state }) => [name, state])).toEqual([["done", "done"]]);
    expect((await answer(paths.model("done"))).status).toBe(200);
    for (const name of ["sweep/trial-1", "done/../sweep/trial-1", "../done", "escape"]) {
      expect((await answer(paths.run(name))).status, name).toBe(404);
    }
    await one.close();
  });
});

describe("every answer", () => {
  it("marks the page, which then knows what serves it", async () => {
    const { body } = await get("/");
    expect(body).toBe('<!doctype html><meta name="nabla-server" content="1" /><title>studio</title>');
  });
  it("carries the headers that isolate the page", async () => {
    const answers = [
      await raw("/"),
      await get("/"),
      await get("/api/runs"),
      await get("/no"),
      await post("/", {}),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 200, 200, 404, 403]);
    for (const { headers } of answers) {
      const policy = headers["content-security-policy"] as string;
      expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'|\*/);
      expect(headers).toMatchObject({
        "x-content-type-options": "nosniff",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-embedder-policy": "require-corp",
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "no-referrer",
      });
      expect(headers["access-control-allow-origin"]).toBeUndefined();
    }
  });
  it("to HEAD is that of GET without its body", async () => {
    for (const path of ["/", "/api/runs", paths.model("done"), paths.stream("done")]) {
      const { status, body } = await raw(path, { method: "HEAD", headers: bearer() });
      expect([status, body]).toEqual([200, ""]);
    }
  });
  it("names types that a browser runs as what they are", async () => {
    expect((await get("/")).headers["content-type"]).toMatch(/^text\/html/);
    expect((await get("/assets/main.js")).headers["content-type"]).toMatch(/javascript/);
    expect((await get("/assets/engine.wasm")).headers["content-type"]).toBe("application/wasm");
  });
});

describe("a path", () => {
  const up = [
    "..",
    "%2e%2e",
    "..%2f..",
    "%2e%2e%2f",
    "..%5c..",
    "%252e%252e%252f",
    "%00",
    ".",
    "",
    "%",
    "C:",
    "%ff",
  ];
  it.each([...up, "escape", "outside", "../outside", "done%2f..%2fdone"])(
    "leads to no run as %s",
    async (name) => {
      expect([400, 404]).toContain((await get(`/api/runs/${name}/metrics`)).status);
    },
  );
  it("leads out of the page's folder neither plainly, encoded, nor by a link", async () => {
    const outside = ["/../secret.safetensors", "/%2e%2e/secret.safetensors", "/..%2fsecret.safetensors"];
    for (const path of [
      ...outside,
      "/secret.txt",
      "/assets/..%2f..%2fsecret.safetensors",
      "/.env",
      "//etc/passwd",
    ]) {
      const { status, body } = await get(path);
      expect([400, 404]).toContain(status);
      expect(body).not.toContain("secret");
    }
  });
  it("leads to a run's checkpoints and to nothing else in its folder", async () => {
    const files = JSON.parse((await get(paths.checkpoints("done"))).body) as { file: string }[];
    expect(files.map(({ file }) => file)).toEqual(["checkpoint.safetensors"]);
    expect((await get(paths.checkpoint("done", "checkpoint.safetensors"))).body).toBe("checkpoint bytes");
    for (const file of [
      "linked.safetensors",
      "../../secret.safetensors",
      "config.json",
      "model.safetensors",
    ]) {
      expect((await get(paths.checkpoint("done", file))).status).toBe(404);
    }
  });
  it("that is a pipe keeps nobody waiting", async () => {
    execFileSync("mkfifo", [join(runs, "done", "pipe.safetensors")]);
    expect((await get(paths.checkpoint("done", "pipe.safetensors"))).status).toBe(404);
    rmSync(join(runs, "done", "pipe.safetensors"));
  });
  it("or a header that is huge is refused, and the next request is answered", async () => {
    expect((await get(`/api/runs/${"a".repeat(5000)}/metrics`)).status).toBe(404);
    expect((await get(paths.metrics("done", "9".repeat(5000)))).status).toBe(400);
    expect((await raw(`/?q=${"a".repeat(100_000)}`)).status).toBe(431);
    expect((await get("/api/runs")).status).toBe(200);
  });
});

describe("the runs", () => {
  it("are listed with their state and newest events, those of a sweep too", async () => {
    const list = JSON.parse((await get(paths.runs)).body) as { name: string }[];
    expect(list.map(({ name }) => name).sort()).toEqual(["done", "sweep/trial-1", "sweep/trial-2"]);
    expect(list.find(({ name }) => name === "done")).toMatchObject({
      ...{ state: "done", hasModel: true, config: { model: "cnn" }, start, step, end },
    });
    expect(list.find(({ name }) => name === "sweep/trial-1")).toMatchObject({
      ...{ state: "interrupted", hasModel: false },
    });
    expect(list.find(({ name }) => name === "sweep/trial-2")).toMatchObject({
      ...{ state: "diverged", divergence: { step: 4, message: "fit: NaN" } },
    });
  });
  it("tell their score, model and sweep", async () => {
    expect(JSON.parse((await get(paths.run("done"))).body)).toMatchObject({ score: { accuracy: 0.97 } });
    expect((await get(paths.run("sweep/trial-1"))).status).toBe(200);
    expect((await get(paths.model("done"))).body).toBe("model bytes");
    expect((await get(paths.model("sweep/trial-1"))).status).toBe(404);
    const sweeps = JSON.parse((await get(paths.sweeps)).body) as unknown;
    expect(sweeps).toEqual([{ name: "sweep", results: [{ lr: 0.1 }] }]);
  });
  it("have a report that runs nothing, whatever is in it", async () => {
    expect((await get(paths.report("done"))).status).toBe(404);
    const page = "<!doctype html><style>p{}</style><script>alert(1)</script>";
    writeFileSync(join(runs, "done", "report.html"), page);
    const { headers, body } = await get(paths.report("done"));
    expect([headers["content-type"], body]).toEqual([expect.stringMatching(/^text\/html/), page]);
    const sum = createHash("sha256").update("p{}").digest("base64");
    expect(headers["content-security-policy"]).toBe(
      `default-src 'none'; img-src data:; style-src 'sha256-${sum}'; sandbox; frame-ancestors 'none'`,
    );
    expect(headers["x-content-type-options"]).toBe("nosniff");
  });
  it("are none where the folder does not exist", async () => {
    const empty = await startStudio({ runs: join(folder, "none") });
    const answer = await fetch(empty.url.replace("/?", "/api/runs?"));
    expect(await answer.json()).toEqual([]);
    await empty.close();
  });
});

describe("the port", () => {
  it("is not listened at where there are no runs or data to be had", async () => {
    const file = join(folder, "secret.safetensors");
    await expect(startStudio({ runs: file })).rejects.toThrow(/secret\.safetensors is no folder/);
    await expect(startStudio({ dataDir: join(folder, "nowhere") })).rejects.toThrow(
      /there is no such folder/,
    );
  });
  it("that is taken or none is told of", async () => {
    await expect(startStudio({ port: studio.port })).rejects.toThrow(/is in use.*--port/);
    await expect(startStudio({ port: 70_000 })).rejects.toThrow(/0 to 65535/);
  });
  it("answers what is no HTTP by closing", async () => {
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(studio.port, "127.0.0.1", () => socket.write("nonsense\r\n\r\n"));
      socket.once("data", (data) => resolve(String(data)));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });
});
