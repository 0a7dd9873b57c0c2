// Follows runs of the command line through its server: the list, and each run's events as they come, gathered into
// batches so that the page has little to do. Runs in the worker.
import { DataError } from "nabla";
import { type Failure, type MetricsPage, paths, type RunSummary } from "nabla/server";
import type {
  CheckpointEvent,
  DivergenceEvent,
  EndEvent,
  EpochEvent,
  HistogramEvent,
  RunEvent,
  StartEvent,
} from "nabla/train";
import { addStep, noPoints, type Points } from "../points.ts";
import { ask } from "./ask.ts";

/** All runs, newest first; undefined where the page has no server. */
export const listRuns = (): Promise<RunSummary[] | undefined> => ask<RunSummary[]>(paths.runs);

/** Asks the process that trains a run to finish its step, save and end. */
export async function stopRun(name: string): Promise<void> {
  const answer = await fetch(paths.stop(name), { method: "POST" });
  if (!answer.ok) throw new DataError(((await answer.json()) as Failure).error, { name });
}

/** What has come of a run since the last batch. */
export interface Batch {
  readonly points: Points;
  readonly epochs: readonly EpochEvent[];
  /** True where the run was gone on with from before: all anew. */
  readonly isRestarted: boolean;
  readonly start: StartEvent | undefined;
  readonly histograms: HistogramEvent | undefined;
  readonly checkpoint: CheckpointEvent | undefined;
  readonly divergence: DivergenceEvent | undefined;
  readonly end: EndEvent | undefined;
}

/** Events of a batch, and milliseconds between two. */
const MOST_EVENTS = 10_000;
const PAUSE = 100;

/**
 * Streams at a time; what else is watched is asked for every so many milliseconds. A browser opens six connections to a
 * server, in all its tabs together, and the page has other questions.
 */
const MOST_STREAMS = 2;
const REFRESH = 1000;
let streams = 0;

class Feed {
  #events: RunEvent[] = [];
  #isRestarted = false;
  #isClosed = false;
  #failure: Error | undefined;
  #source: EventSource | undefined;
  #wake = (): void => {};

  async start(name: string): Promise<void> {
    try {
      let after = await this.#read(name, "0");
      if (this.#isClosed) return;
      if (streams < MOST_STREAMS) return this.#listen(paths.stream(name, after));
      while (!this.#isClosed) {
        await new Promise((resolve) => setTimeout(resolve, REFRESH));
        after = await this.#read(name, after);
      }
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** What there is already comes by the megabyte, not event by event; gives the place to go on from. */
  async #read(name: string, from: string): Promise<string> {
    let after = from;
    let isComplete = false;
    while (!isComplete && !this.#isClosed) {
      const page = await ask<MetricsPage>(paths.metrics(name, after));
      if (page === undefined)
        throw new DataError(`watch: the server no longer answers. Start nabla studio again.`);
      if (page.isRestarted) this.#restart();
      for (const event of page.events) this.#events.push(event);
      ({ next: after, isComplete } = page);
      if (this.#hasNews) this.#wake();
    }
    return after;
  }

  #listen(address: string): void {
    const source = new EventSource(address);
    this.#source = source;
    streams++;
    source.onmessage = ({ data }) => {
      this.#events.push(JSON.parse(data as string) as RunEvent);
      this.#wake();
    };
    source.addEventListener("restart", () => this.#restart());
    source.onerror = () => {
      // A connection that is lost is taken up again by itself; one that is refused is not.
      if (source.readyState !== EventSource.CLOSED) return;
      this.#fail(
        new DataError("watch: the server no longer answers. Start nabla studio again and open its address."),
      );
    };
  }

  #restart(): void {
    this.#events = [];
    this.#isRestarted = true;
    this.#wake();
  }

  #fail(error: Error): void {
    this.#failure = error;
    this.#wake();
  }

  get #hasNews(): boolean {
    return this.#events.length > 0 || this.#isRestarted || this.#isClosed || this.#failure !== undefined;
  }

  /** The next batch, as soon as there is something; undefined once closed. */
  async next(): Promise<Batch | undefined> {
    if (!this.#hasNews) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
    if (this.#isClosed) return undefined;
    if (this.#events.length === 0 && this.#failure !== undefined) throw this.#failure;
    const batch = gather(this.#events.splice(0, MOST_EVENTS), this.#isRestarted);
    this.#isRestarted = false;
    return batch;
  }

  close(): void {
    this.#isClosed = true;
    if (this.#source !== undefined) streams--;
    this.#source?.close();
    this.#source = undefined;
    this.#wake();
  }
}

/** Events as columns. */
export function gather(events: readonly RunEvent[], isRestarted: boolean): Batch {
  const points = noPoints();
  const epochs: EpochEvent[] = [];
  let start: StartEvent | undefined;
  let histograms: HistogramEvent | undefined;
  let checkpoint: CheckpointEvent | undefined;
  let divergence: DivergenceEvent | undefined;
  let end: EndEvent | undefined;
  for (const event of events) {
    if (event.type === "step") addStep(points, event);
    else if (event.type === "epoch") epochs.push(event);
    else if (event.type === "start") start = event;
    else if (event.type === "histograms") histograms = event;
    else if (event.type === "checkpoint") checkpoint = event;
    else if (event.type === "divergence") divergence = event;
    else if (event.type === "end") end = event;
  }
  return { points, epochs, isRestarted, start, histograms, checkpoint, divergence, end };
}

/** Follows a run from its first event on until closed. */
export function watchRun(name: string) {
  const feed = new Feed();
  void feed.start(name);
  return { next: () => feed.next(), close: () => feed.close() };
}
