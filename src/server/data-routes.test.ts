// Data sets from a real server: whole and in part, missing with the cure, damaged without a fault of the server.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ImageSet, type ImageSource, readImages } from "../data/image-set.ts";
import { takeFirst } from "../data/index.ts";
import { decodeSafetensors, encodeIdxImages, encodeIdxLabels } from "../formats/index.ts";
import { type DataOffer, paths } from "./api.ts";
import { type Studio, startStudio } from "./studio.ts";

const folder = mkdtempSync(join(tmpdir(), "nabla-served-data-"));
const PARTS = [
  ["train", 3],
  ["t10k", 2],
] as const;
let studio: Studio;

/** The files of a small MNIST, each as `encode` makes it. */
function writeFiles(dataDir: string, encode: (bytes: Uint8Array) => Uint8Array | string): void {
  mkdirSync(dataDir);
  for (const [part, count] of PARTS) {
    const images = encodeIdxImages({ count, height: 28, width: 28, images: new Uint8Array(count * 784) });
    writeFileSync(join(dataDir, `${part}-images-idx3-ubyte`), encode(images));
    writeFileSync(join(dataDir, `${part}-labels-idx1-ubyte`), encode(encodeIdxLabels(new Uint8Array(count))));
  }
}

beforeAll(async () => {
  writeFiles(join(folder, "good"), (bytes) => bytes);
  studio = await startStudio({ runs: folder, dataDir: join(folder, "good") });
});
afterAll(async () => {
  await studio.close();
  rmSync(folder, { recursive: true });
});

const get = (path: string, { url }: Studio = studio): Promise<Response> => {
  const token = new URL(url).searchParams.get("token");
  return fetch(new URL(path, url), { headers: { Authorization: `Bearer ${token}` } });
};

/** Nine images of three classes, lying class by class. */
const sorted: ImageSet = {
  images: Uint8Array.from({ length: 9 * 3 * 4 }, (_, i) => Math.floor(i / 12)),
  labels: Uint8Array.of(0, 0, 0, 1, 1, 1, 2, 2, 2),
  shape: [3, 2, 2],
  classes: ["a", "b", "c"],
};

describe("the command line's data", () => {
  const serve = (train: ImageSource): Promise<Studio> => {
    const set = { name: "mine", train, test: takeFirst(sorted, 1), validation: takeFirst(sorted, 4) };
    return startStudio({ runs: folder, data: { title: "mine", open: async () => set } });
  };
  it("is told of and served, a fair sample where less is asked for", async () => {
    const open = await serve(sorted);
    const { given } = (await (await get(paths.offer, open)).json()) as DataOffer;
    expect(given).toEqual({
      ...{ title: "mine", shape: [3, 2, 2], classes: ["a", "b", "c"], train: 9, test: 4 },
    });
    const answer = await get(paths.data("given", { part: "train", limit: 3 }), open);
    const { tensors } = decodeSafetensors(new Uint8Array(await answer.arrayBuffer()));
    expect(tensors.get("train.labels")!.data).toEqual(Uint8Array.of(0, 1, 2));
    const images = tensors.get("train.images")!.data as Uint8Array;
    expect([0, 12, 24].map((at) => Math.floor(images[at]! / 3))).toEqual([0, 1, 2]);
    await open.close();
  });
  it("is read from a stream", async () => {
    const { images: _, ...rest } = sorted;
    const statistics = { mean: [0, 0, 0], deviation: [1, 1, 1] };
    const open = await serve({
      ...{ ...rest, shards: [9], statistics },
      read: (indices) => readImages(sorted, indices),
    });
    const answer = await get(paths.data("given"), open);
    const { tensors } = decodeSafetensors(new Uint8Array(await answer.arrayBuffer()));
    expect(tensors.get("train.images")!.data).toEqual(sorted.images);
    await open.close();
  });
  it("is not sent where it is too large, nor where there is none", async () => {
    const labels = new Uint8Array(200_000);
    const large = { labels, shape: [3, 64, 64], classes: ["a", "b"], shards: [labels.length] } as const;
    const read = (): Promise<Uint8Array> => Promise.reject(new Error("read"));
    const open = await serve({ ...large, statistics: { mean: [], deviation: [] }, read });
    const answer = await get(paths.data("given"), open);
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining("Ask for fewer")]);
    await open.close();
    expect(await (await get(paths.offer)).json()).toEqual({});
    expect((await get(paths.data("given"))).status).toBe(404);
  });
});

describe("a data set", () => {
  it("is served from files, whole or in part", async () => {
    const whole = decodeSafetensors(new Uint8Array(await (await get(paths.data("mnist"))).arrayBuffer()));
    expect([...whole.tensors].map(([name, { shape }]) => [name, shape])).toEqual([
      ["train.images", [3, 1, 28, 28]],
      ["train.labels", [3]],
      ["test.images", [2, 1, 28, 28]],
      ["test.labels", [2]],
    ]);
    expect(JSON.parse(whole.metadata["classes"] as string)).toHaveLength(10);
    const answer = await get(paths.data("mnist", { part: "train", limit: 2 }));
    const part = decodeSafetensors(new Uint8Array(await answer.arrayBuffer()));
    expect([...part.tensors.keys()]).toEqual(["train.images", "train.labels"]);
    expect(part.tensors.get("train.images")!.shape).toEqual([2, 1, 28, 28]);
  });
  it("that is not on the machine is answered with the cure", async () => {
    const answer = await get(paths.data("cifar10"));
    expect([answer.status, await answer.text()]).toEqual([
      404,
      expect.stringContaining("nabla data cifar10"),
    ]);
    expect((await get("/api/data/..%2f..%2fetc")).status).toBe(404);
    expect((await get("/api/data/constructor")).status).toBe(404);
  });
  it("is not cut in odd ways", async () => {
    for (const query of ["limit=-1", "limit=0", "limit=1e99", "limit=", "part=all"]) {
      expect((await get(`/api/data/mnist?${query}`)).status, query).toBe(400);
    }
  });
  it("that is damaged is an error that says so, not a fault of the server", async () => {
    writeFiles(join(folder, "bad"), () => "no idx file");
    const broken = await startStudio({ runs: folder, dataDir: join(folder, "bad") });
    const answer = await get("/api/data/mnist", broken);
    expect([answer.status, await answer.text()]).toEqual([
      422,
      expect.stringContaining("train-images-idx3-ubyte"),
    ]);
    await broken.close();
  });
});
