// Exit codes and the words for a failure; the two signals of an interrupt.
import { EventEmitter } from "node:events";
import { readFileSync } from "node:fs";
import { CommanderError } from "commander";
import { describe, expect, it } from "vitest";
import { BugError, ConfigError, DataError } from "../base/errors.ts";
import { exitCodeOf, failureRecord, failureText, QuietExit } from "./failure.ts";
import { listenForInterrupt, OUTPUT_CLOSED, type SignalSource } from "./interrupt.ts";

const caught = (action: () => unknown): unknown => {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error("expected a failure");
};

describe("exitCodeOf", () => {
  it("tells usage, failures and signals apart", () => {
    expect(exitCodeOf(new ConfigError("config: no. Do."))).toBe(2);
    expect(exitCodeOf(new CommanderError(1, "commander.unknownOption", "unknown"))).toBe(2);
    expect(exitCodeOf(new CommanderError(0, "commander.helpDisplayed", "help"))).toBe(0);
    expect(exitCodeOf(new DataError("mnist: gone. Fetch it."))).toBe(1);
    expect(exitCodeOf(new QuietExit(143))).toBe(143);
    expect(exitCodeOf("thrown text")).toBe(1);
  });
});

describe("failureText", () => {
  it("is the message alone for an error of ours, the stack with --debug", () => {
    const error = new DataError("mnist: gone. Fetch it.", {}, new Error("404"));
    expect(failureText(error, false)).toBe("error: mnist: gone. Fetch it.\n");
    expect(failureText(error, true)).toMatch(/DataError: mnist: gone.*\n +at .*caused by Error: 404/s);
  });
  it("owns up to a fault of Nabla", () => {
    for (const error of [new BugError("no node"), new TypeError("x is not a function")]) {
      expect(failureText(error, false)).toMatch(/^error: .*\n.*fault of Nabla: --debug/);
    }
  });
  it("says what the system refused, without jargon", () => {
    const error = caught(() => readFileSync("/no/such/file"));
    expect(failureText(error, false)).toBe("error: /no/such/file does not exist (ENOENT)\n");
    expect(failureRecord(error)).toEqual({
      type: "error",
      code: "ENOENT",
      message: "/no/such/file does not exist (ENOENT)",
    });
  });
  it("keeps code and fields for machines", () => {
    expect(failureRecord(new ConfigError("config: no. Do.", { key: "x" }))).toEqual({
      type: "error",
      code: "NABLA_CONFIG",
      message: "config: no. Do.",
      fields: { key: "x" },
    });
  });
});

describe("an interrupt", () => {
  const source = (): SignalSource & EventEmitter & { codes: number[] } => {
    const codes: number[] = [];
    return Object.assign(new EventEmitter(), { codes, exit: (code: number) => void codes.push(code) });
  };
  it("asks for a stop at the first signal and exits at the second", () => {
    const process = source();
    let told = 0;
    const interrupt = listenForInterrupt(process, () => {
      told++;
    });
    expect(interrupt.exitCode()).toBeUndefined();
    process.emit("SIGTERM");
    expect([interrupt.signal.aborted, interrupt.exitCode(), told, process.codes]).toEqual([true, 143, 1, []]);
    process.emit("SIGINT");
    expect([told, process.codes]).toEqual([1, [130]]);
  });
  it("does what is left to do before it exits", () => {
    const process = source();
    const interrupt = listenForInterrupt(process, () => {});
    const codes: number[][] = [];
    interrupt.beforeExit(() => codes.push([...process.codes]));
    process.emit("SIGINT");
    expect(codes).toEqual([]);
    process.emit("SIGINT");
    expect([codes, process.codes]).toEqual([[[]], [130]]);
  });
  it("takes a reader that went away for a first signal, however often it is told", () => {
    const process = source();
    const interrupt = listenForInterrupt(process, () => {});
    for (let i = 0; i < 3; i++) process.emit(OUTPUT_CLOSED);
    expect([interrupt.signal.aborted, interrupt.exitCode(), process.codes]).toEqual([true, 141, []]);
    process.emit("SIGINT");
    expect(process.codes).toEqual([130]);
  });
  it("gives the signals back", () => {
    const process = source();
    const interrupt = listenForInterrupt(process, () => {});
    interrupt.release();
    expect(process.eventNames().length).toBe(0);
    expect(interrupt.exitCode()).toBeUndefined();
  });
});
