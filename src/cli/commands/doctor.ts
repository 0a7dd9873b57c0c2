// `nabla doctor`: whether this machine can do what Nabla needs, each point with a cure. Knows nothing of training.
import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, mkdir } from "node:fs/promises";
import { availableParallelism, cpus, freemem, totalmem } from "node:os";
import { promisify } from "node:util";
import type { Command } from "commander";
import { type CommonOptions, type Context, withCommonOptions, writeJson } from "../context.ts";
import { QuietExit } from "../failure.ts";
import { alignColumns } from "../render/lines.ts";
import { formatBytes } from "../render/numbers.ts";
import type { Terminal } from "../terminal.ts";

/** One thing looked at: `warning` costs speed or comfort, `failure` stops the work. */
interface Finding {
  readonly point: string;
  readonly state: "good" | "warning" | "failure";
  readonly detail: string;
}

interface DoctorOptions extends CommonOptions {
  readonly build?: boolean;
}

/** Adds `nabla doctor`. */
export function addDoctor(program: Command, { terminal }: Context): void {
  const command = program
    .command("doctor")
    .description("check whether this machine has what Nabla needs")
    .option("--build", "first build the native kernels, with the C compiler of this machine");
  withCommonOptions(command).action(async ({ json = false, build = false }: DoctorOptions) => {
    if (build) await buildKernels(json ? terminal.writeError : terminal.write);
    const findings = [
      checkNode(),
      checkProcessor(),
      checkMemory(),
      await checkKernels(build),
      await checkCache(),
      await checkPictures(),
    ];
    for (const finding of findings) if (json) writeJson(terminal, { type: "finding", ...finding });
    if (!json) terminal.write(table(findings, terminal));
    if (findings.some(({ state }) => state === "failure")) throw new QuietExit(1);
  });
}

function checkNode(): Finding {
  const major = Number(process.versions.node.split(".")[0]);
  const detail = `Node ${process.versions.node} on ${process.platform} ${process.arch}`;
  if (major < 20) return { point: "node", state: "failure", detail: `${detail}; install Node 20 or newer` };
  return { point: "node", state: "good", detail };
}

function checkProcessor(): Finding {
  const cores = availableParallelism();
  const detail = `${cpus()[0]?.model.trim() ?? "unknown"}, ${cores} ${cores === 1 ? "core" : "cores"}`;
  return { point: "processor", state: "good", detail };
}

function checkMemory(): Finding {
  const detail = `${formatBytes(freemem())} free of ${formatBytes(totalmem())}`;
  if (freemem() > 500e6) return { point: "memory", state: "good", detail };
  return {
    point: "memory",
    state: "warning",
    detail: `${detail}; use a smaller --batch-size if training fails`,
  };
}

/** Builds the native kernels where they are not up to date; what comes of it, checkKernels() finds. */
async function buildKernels(tell: (text: string) => void): Promise<void> {
  const { BUILD_SCRIPT } = await import("../../device/cpu/build-script.node.ts");
  const said = await promisify(execFile)(process.execPath, [BUILD_SCRIPT, "--native"]).catch(
    (failure: { stdout: string; stderr: string }) => failure,
  );
  tell(`${said.stdout}${said.stderr}`);
}

/** Opens the native kernels, or the WASM ones where those do not load, a failure where `mustBeNative`; closes them again. */
async function checkKernels(mustBeNative: boolean): Promise<Finding> {
  const { openHost } = await import("../../device/cpu/open-host.node.ts");
  const { describeHost } = await import("../../device/cpu/host.ts");
  const describe = async (device: "native" | "wasm"): Promise<string> => {
    const host = await openHost({ device });
    const detail = describeHost(host);
    await host.close();
    return detail;
  };
  try {
    return { point: "kernels", state: "good", detail: await describe("native") };
  } catch (failure) {
    const reason = (failure as Error).message.split("\n")[0];
    try {
      const cure = mustBeNative ? "" : ", `nabla doctor --build` builds them";
      const detail = `${await describe("wasm")}; native ones would be faster${cure}: ${reason}`;
      return { point: "kernels", state: mustBeNative ? "failure" : "warning", detail };
    } catch (error) {
      return {
        point: "kernels",
        state: "failure",
        detail: `${reason} ${(error as Error).message.split("\n")[0]}`,
      };
    }
  }
}

async function checkCache(): Promise<Finding> {
  const { cacheDir } = await import("../../data/index.node.ts");
  const folder = cacheDir();
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
    return { point: "cache", state: "good", detail: folder };
  } catch {
    const detail = `${folder} cannot be written, data sets are fetched each time; set NABLA_CACHE to a folder that can`;
    return { point: "cache", state: "warning", detail };
  }
}

async function checkPictures(): Promise<Finding> {
  try {
    const { default: sharp } = await import("sharp");
    return {
      point: "pictures",
      state: "good",
      detail: `PNG, JPEG and WebP through libvips ${sharp.versions.vips}`,
    };
  } catch {
    const detail = "sharp does not load, folders of pictures cannot be read; npm install sharp";
    return { point: "pictures", state: "warning", detail };
  }
}

function table(findings: readonly Finding[], { colours }: Terminal): string {
  const states = {
    good: colours.green("good"),
    warning: colours.yellow("warning"),
    failure: colours.red("failure"),
  };
  const rows = findings.map(({ point, state, detail }) => [point, states[state], detail]);
  return `${alignColumns(rows, new Set()).join("\n")}\n`;
}
