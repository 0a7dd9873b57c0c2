// The stream of a run's events from a real server: as they are written, to several readers, over lost connections, slow
// readers and runs that are gone on with from before; and the stop that is asked for by the page.
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type MetricsPage, paths, type RunDetail } from "../src/server/api.ts";
import { type Studio, startStudio } from "../src/server/studio.ts";
import { STOP_FILE, showPresence } from "../src/train/index.node.ts";

const folder = mkdtempSync(join(tmpdir(), "nabla-stream-"));
const event = (step: number, rest: object = {}): string =>
  `${JSON.stringify({ type: "step", step, ...rest })}\n`;
let studio: Studio;
let token: string;

beforeAll(async () => {
  studio = await startStudio({ runs: folder });
  token = studio.url.split("token=")[1] as string;
});
afterAll(async () => {
  await studio.close();
  rmSync(folder, { recursive: true });
});

let count = 0;
/** A new run with these lines; gives its name and the file of its metrics. */
function makeRun(lines: string): { name: string; path: string; file: string } {
  const name = `run-${++count}`;
  const path = join(folder, name);
  mkdirSync(path);
  writeFileSync(join(path, "config.json"), "{}");
  writeFileSync(join(path, "metrics.jsonl"), lines);
  return { name, path, file: join(path, "metrics.jsonl") };
}

const address = (path: string): string => new URL(path, studio.url).href;
const headers = (more: Record<string, string> = {}) => ({ Authorization: `Bearer ${token}`, ...more });
const read = async <T>(path: string): Promise<T> =>
  (await (await fetch(address(path), { headers: headers() })).json()) as T;

interface Message {
  readonly event: string;
  readonly data: { readonly step?: number };
  readonly id: string;
}

/** A tab that shows a run: takes the messages one by one. */
class Tab {
  readonly #answer: Promise<Response>;
  readonly #leaving = new AbortController();
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #text = "";

  constructor(name: string, lastEventId?: string) {
    const more = lastEventId === undefined ? {} : { "Last-Event-ID": lastEventId };
    this.#answer = fetch(address(paths.stream(name)), {
      headers: headers(more),
      signal: this.#leaving.signal,
    });
  }

  async next(): Promise<Message> {
    this.#reader ??= (await this.#answer).body!.getReader();
    while (!this.#text.includes("\n\n")) {
      const { done, value } = await this.#reader.read();
      if (done) throw new Error("the stream has ended");
      this.#text += new TextDecoder().decode(value);
    }
    const [block, ...rest] = this.#text.split("\n\n");
    this.#text = rest.join("\n\n");
    const field = (name: string) => block!.match(new RegExp(`^${name}: (.*)$`, "m"))?.[1];
    return {
      event: field("event") ?? "message",
      data: JSON.parse(field("data") ?? "{}") as Message["data"],
      id: field("id") ?? "",
    };
  }

  async steps(number: number): Promise<(number | undefined)[]> {
    const steps = [];
    for (let i = 0; i < number; i++) steps.push((await this.next()).data.step);
    return steps;
  }

  leave(): void {
    this.#leaving.abort();
  }
}

describe("a stream", () => {
  it("gives what was written and what is written then, to two tabs alike", async () => {
    const { name, file } = makeRun(event(1) + event(2));
    const tabs = [new Tab(name), new Tab(name)];
    for (const tab of tabs) expect(await tab.steps(2)).toEqual([1, 2]);
    appendFileSync(file, event(3));
    for (const tab of tabs) expect(await tab.steps(1)).toEqual([3]);
    tabs[0]!.leave();
    appendFileSync(file, event(4));
    expect(await tabs[1]!.steps(1)).toEqual([4]);
    tabs[1]!.leave();
  });

  it("waits for the end of a line that is half written, and passes over one that stays so", async () => {
    const { name, file } = makeRun(event(1).slice(0, 10));
    const tab = new Tab(name);
    appendFileSync(file, event(1).slice(10));
    expect(await tab.steps(1)).toEqual([1]);
    appendFileSync(file, `{"type":"st\n"text"\n${event(2)}`);
    expect(await tab.steps(1)).toEqual([2]);
    tab.leave();
  });

  it("goes on where a lost connection stood, and from nowhere else", async () => {
    const { name, file } = makeRun(event(1) + event(2) + event(3));
    const tab = new Tab(name);
    await tab.next();
    const { id } = await tab.next();
    tab.leave();
    appendFileSync(file, event(4));
    const again = new Tab(name, id);
    expect(await again.steps(2)).toEqual([3, 4]);
    again.leave();
    const odd = await fetch(address(paths.stream(name)), { headers: headers({ "Last-Event-ID": "-1" }) });
    expect(odd.status).toBe(400);
  });

  it("begins anew where the run was gone on with from before, for those who watch and those who come back", async () => {
    const { name, file } = makeRun(event(1) + event(2) + event(3));
    const tab = new Tab(name);
    const seen = [await tab.next(), await tab.next(), await tab.next()];
    // As a resumed run does: cut, written anew, and already longer than it was.
    writeFileSync(`${file}.new`, event(1) + event(2, { loss: 0.123456 }) + event(3) + event(4));
    renameSync(`${file}.new`, file);
    expect((await tab.next()).event).toBe("restart");
    expect(await tab.steps(4)).toEqual([1, 2, 3, 4]);
    tab.leave();
    const late = new Tab(name, seen[2]!.id);
    expect((await late.next()).event).toBe("restart");
    expect(await late.steps(4)).toEqual([1, 2, 3, 4]);
    late.leave();
  });

  it("does not pile up in memory for a reader that does not read", async () => {
    const { name } = makeRun(event(7, { padding: "x".repeat(10_000) }).repeat(6000));
    const stalled = await new Promise<IncomingMessage>((resolve) => {
      get(address(paths.stream(name)), { headers: headers() }, (answer) => resolve(answer.pause()));
    });
    stalled.on("error", () => {});
    const before = process.memoryUsage.rss();
    const other = new Tab(name);
    expect((await other.steps(1000)).at(-1)).toBe(7);
    // Of 60 MB, the stalled reader holds one page of 4 MB and what the sockets take.
    expect(process.memoryUsage.rss() - before).toBeLessThan(50e6);
    other.leave();
    stalled.destroy();
  });

  it("is refused beyond a number, and to be had again when others have left", async () => {
    const { name } = makeRun(event(1));
    const tabs = Array.from({ length: 64 }, () => new Tab(name));
    for (const tab of tabs) await tab.next();
    const more = await fetch(address(paths.stream(name)), { headers: headers() });
    expect(more.status).toBe(503);
    for (const tab of tabs) tab.leave();
    await expect
      .poll(async () => {
        const tab = await fetch(address(paths.stream(name)), { headers: headers() });
        await tab.body?.cancel();
        return tab.status;
      })
      .toBe(200);
  });

  it("ends with the server", async () => {
    const { name } = makeRun(event(1));
    const own = await startStudio({ runs: folder });
    const answer = await fetch(own.url.replace("/?", `${paths.stream(name)}&`));
    const reader = answer.body!.getReader();
    await reader.read();
    await own.close();
    await expect(reader.read().then(({ done }) => done)).rejects.toThrow();
  });
});

describe("the metrics", () => {
  it("are read page by page to the same events", async () => {
    const padding = "x".repeat(100_000);
    const { name } = makeRun(Array.from({ length: 100 }, (_, i) => event(i, { padding })).join(""));
    const steps: number[] = [];
    let page: MetricsPage | undefined;
    let pages = 0;
    while (page?.isComplete !== true) {
      page = await read<MetricsPage>(paths.metrics(name, page?.next));
      steps.push(...page.events.map(({ step }) => step));
      expect(page.isRestarted).toBe(false);
      pages++;
    }
    expect(steps).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(pages).toBeGreaterThan(2);
  });
  it("take a plain offset, and say where a place is no longer one", async () => {
    const { name } = makeRun(event(1) + event(2));
    const offset = event(1).length;
    expect((await read<MetricsPage>(paths.metrics(name, String(offset)))).events).toMatchObject([
      { step: 2 },
    ]);
    const beyond = await read<MetricsPage>(paths.metrics(name, "999999"));
    expect([beyond.isRestarted, beyond.events.length]).toEqual([true, 2]);
    const other = await read<MetricsPage>(paths.metrics(name, `${offset}-00000000`));
    expect(other.isRestarted).toBe(true);
  });
  it("with a line without end are an error and not a loop", async () => {
    const { name } = makeRun("x".repeat(5_000_000));
    const answer = await fetch(address(paths.metrics(name)), { headers: headers() });
    expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining("longer than")]);
  });
});

describe("the stop", () => {
  const stop = (name: string) => fetch(address(paths.stop(name)), { method: "POST", headers: headers() });
  it("reaches the run that trains, once, and no other", async () => {
    const { name, path } = makeRun(event(1));
    let asked = 0;
    const presence = await showPresence(path, () => asked++);
    expect((await read<RunDetail>(paths.run(name))).state).toBe("training");
    expect((await stop(name)).status).toBe(202);
    expect((await stop(name)).status).toBe(202);
    await expect.poll(() => asked, { timeout: 5000 }).toBe(1);
    presence.release();
    expect((await read<RunDetail>(paths.run(name))).state).toBe("interrupted");
    expect((await stop(name)).status).toBe(409);
    expect(existsSync(join(path, STOP_FILE))).toBe(false);
  });
  it("that an earlier process was asked for does not concern the next", async () => {
    const { path } = makeRun(event(1));
    writeFileSync(join(path, STOP_FILE), "");
    const presence = await showPresence(path, () => {});
    expect(existsSync(join(path, STOP_FILE))).toBe(false);
    presence.release();
  });
});
