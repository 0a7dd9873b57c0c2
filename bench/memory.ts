// Memory: whether training grows it, and how near the planned arena comes to what must be alive at once.
import { type Device, openDevice } from "nabla";
import type { Row, Section } from "./context.ts";
import { nets } from "./nets.ts";
import { formatTable } from "./table.ts";
import { startTraining } from "./training.ts";

const STEPS = 10_000;
const FIRST = 100;
/** A plan's arena is printed for this batch. */
const BATCH = 128;

const megabytes = (bytes: number): number => bytes / 2 ** 20;
const resident = (): number => megabytes(process.memoryUsage().rss);

/** Resident memory after the first steps, at its highest later on, and at the end. */
async function measureGrowth(device: Device, steps: number): Promise<Row> {
  const training = await startTraining(device, nets.find(({ name }) => name === "A")!, 32);
  await training.steps(FIRST);
  const first = resident();
  let highest = first;
  for (let done = FIRST; done < steps; done += FIRST) {
    await training.steps(FIRST);
    highest = Math.max(highest, resident());
  }
  return { what: `A @ 32, one call a step`, steps, firstMb: first, highestMb: highest, lastMb: resident() };
}

/** The arena of a net's step, and the least any plan could do with. */
async function measureArena(device: Device, name: string): Promise<Row> {
  const spec = nets.find((net) => net.name === name)!;
  const training = await startTraining(device, spec, BATCH);
  const { arenaBytes, liveBytes } = await training.memory();
  return {
    net: `${name} @ ${BATCH}`,
    arenaMb: megabytes(arenaBytes),
    leastMb: megabytes(liveBytes),
    ratio: arenaBytes / liveBytes,
  };
}

/** Resident memory over many steps, and arenas against their lower bound. */
export const benchMemory: Section = async ({ options }) => {
  const device = await openDevice("native");
  const growth = await measureGrowth(device, options.isQuick ? STEPS / 10 : STEPS);
  const trained = nets.filter(({ name }) => name !== "tiny");
  const arenas: Row[] = [];
  for (const { name } of trained) arenas.push(await measureArena(device, name));
  await device.close();
  const headings = ["resident memory, MB", "steps", `after ${FIRST}`, "highest", "at the end"];
  const { what, steps, firstMb, highestMb, lastMb } = growth;
  console.log(`${formatTable(headings, [[what, String(steps), firstMb, highestMb, lastMb]])}\n`);
  const rows = arenas.map(({ net, arenaMb, leastMb, ratio }) => [net, arenaMb, leastMb, ratio]);
  console.log(`${formatTable(["arena, MB", "planned", "least", "ratio"], rows)}\n`);
  return [growth, ...arenas];
};
