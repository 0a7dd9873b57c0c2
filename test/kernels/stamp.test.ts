// stamp on every host: times that do not go back, as many as there is room for.
import { expect, it } from "vitest";
import { onEveryHost } from "./hosts.ts";
import { numbers, simpleMap } from "./rig.ts";

onEveryHost("stamp", (rig) => {
  it("notes a time for every stamp, in order, and stops where the log is full", async () => {
    rig().clear();
    const [capacity, length] = [7, 100_000];
    const log = rig().reserve(8 * (2 + capacity));
    const guard = 0x5b5b5b5bn;
    rig().host.write(log, BigInt64Array.of(0n, ...new Array<bigint>(capacity + 1).fill(guard)));
    const x = rig().put("float32", numbers(length, -1, 1));
    const y = rig().blank("float32", length);
    const stamp = { kernel: "stamp", args: { log, capacity } };
    const program = [stamp, { kernel: "map", map: simpleMap("add", [x, x], y) }, stamp];
    for (let round = 0; round < 4; round++) await rig().run(program);
    const noted = new BigInt64Array(2 + capacity);
    rig().host.read(log, noted);
    expect([noted[0], noted[1 + capacity]]).toEqual([BigInt(capacity), guard]);
    const times = [...noted.subarray(1, 1 + capacity)];
    expect(times.every((time, i) => i === 0 || time >= times[i - 1]!)).toBe(true);
    expect(rig().get(y)[5]).toBe(2 * rig().get(x)[5]!);
  });
});
