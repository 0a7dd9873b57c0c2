// Serves published data sets from files on this machine, one safetensors each. Downloads nothing; knows nothing of runs.
import { type Context, Hono } from "hono";
import { DataError } from "../base/errors.ts";
import { cacheDir, dataFolder } from "../data/cache.node.ts";
import { openDataSet } from "../data/index.node.ts";
import { countOf, type DataSet, type ImageSet, takeFirst } from "../data/index.ts";
import { encodeSafetensors, type SafeTensor } from "../formats/index.ts";
import { type Failure, SERVED_DATA } from "./api.ts";

const PARTS = ["train", "test"] as const;

/** The data set from the first folder that has it; undefined where none has. Throws where its files are damaged. */
async function findDataSet(name: string, folders: readonly string[]): Promise<DataSet | undefined> {
  for (const dataDir of folders) {
    try {
      // A folder that is given is the only one looked in, so that nothing is downloaded.
      return await openDataSet(name, { dataDir });
    } catch (error) {
      if (!(error instanceof DataError) || error.fields["dataDir"] !== dataDir) throw error;
    }
  }
  return undefined;
}

function tensorsOf(part: string, set: ImageSet): [string, SafeTensor][] {
  const { images, labels, shape } = set;
  const count = countOf(set);
  return [
    [`${part}.images`, { dtype: "U8", shape: [count, ...shape], data: images }],
    [`${part}.labels`, { dtype: "U8", shape: [count], data: labels }],
  ];
}

/** The number of images asked for, all unless given; undefined where it is none. */
function limitOf(text: string | undefined): number | undefined {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}

const fail = (c: Context, status: 400 | 404, error: string): Response =>
  c.json({ error } satisfies Failure, status);

/** /api/data/:name, looking in `dataDir`, or else where `nabla train` would look. */
export function dataRoutes(dataDir: string | undefined): Hono {
  const given = dataFolder(dataDir);
  const folders = dataDir === undefined ? [...(given === undefined ? [] : [given]), cacheDir()] : [given!];
  const app = new Hono();
  app.get("/:name", async (c) => {
    const name = c.req.param("name");
    if (!(SERVED_DATA as readonly string[]).includes(name)) {
      return fail(
        c,
        404,
        `data: ${JSON.stringify(name)} is not served. There are ${SERVED_DATA.join(", ")}.`,
      );
    }
    const [wanted, limit] = [c.req.query("part"), limitOf(c.req.query("limit"))];
    const parts = PARTS.filter((part) => wanted === undefined || wanted === part);
    if (parts.length === 0) return fail(c, 400, "part: must be train or test. Leave it out for both.");
    if (limit === undefined) return fail(c, 400, "limit: must be a whole number of at least 1.");
    const set = await findDataSet(name, folders);
    if (set === undefined) {
      const cure = `Fetch it once with nabla data ${name}, or start the studio with --data-dir and the folder that has it.`;
      return fail(c, 404, `data: ${name} is not on this machine. ${cure}`);
    }
    const tensors = parts.flatMap((part) =>
      tensorsOf(part, takeFirst(set[part], Math.min(limit, countOf(set[part])))),
    );
    const metadata = {
      name,
      classes: JSON.stringify(set.train.classes),
      ...(set.note && { note: set.note }),
    };
    const bytes = encodeSafetensors(Object.fromEntries(tensors), metadata);
    return c.body(bytes as Uint8Array<ArrayBuffer>, 200, { "Content-Type": "application/octet-stream" });
  });
  return app;
}
