/** `m2rl doctor`: what runs here, how fast, and what is wrong. */
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { availableParallelism, freemem, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import {
  chosenEngine,
  installedEngines,
  measureGflops,
  startEngine,
} from "../engine/index.js";
import { readModelFolder } from "../checkpoint/index.js";
import { toolName } from "../toolName.js";
import type { Verb } from "./verb.js";

const HELP = `m2rl doctor

Report engine, device, threads, speed and notebook kernel; the exit code is 1 when something is wrong.

  --json  version and findings as JSON
`;

/** One thing that was looked at. */
interface Finding {
  what: string;
  found: string;
  /** What to do about it; absent where there is no problem. */
  remedy?: string;
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const old = major < 20 || (major === 20 && minor < 19);
  return {
    what: "node",
    found: process.version,
    ...(old && { remedy: "install Node 20.19 or newer" }),
  };
}

function engine(): Finding[] {
  try {
    const { tensorflow, torch, binding, device, dtype, threads } =
      startEngine();
    const gflops = measureGflops();
    const library =
      torch === undefined ? `TensorFlow ${tensorflow}` : `PyTorch ${torch}`;
    return [
      { what: "engine", found: `${library}, binding ${binding}` },
      otherEngine(),
      {
        what: "device",
        found: dtype === undefined ? device : `${device}, ${dtype}`,
      },
      {
        what: "threads",
        found: `${threads} of ${availableParallelism()} cores`,
      },
      {
        what: "speed",
        found: `${gflops.toFixed(0)} GFLOP/s (matrix product, float32)`,
        ...(gflops < 5 && {
          remedy: "this is far below one core's speed; is the machine busy?",
        }),
      },
    ];
  } catch (error) {
    return [
      {
        what: "engine",
        found: (error as Error).message,
        remedy: "npm run setup",
      },
    ];
  }
}

/** The engine that is not in use. */
function otherEngine(): Finding {
  const other = chosenEngine() === "torch" ? "tensorflow" : "torch";
  const found = installedEngines().includes(other)
    ? `${other} is set up too; M2RL_ENGINE=${other} uses it`
    : `${other} is not set up; M2RL_ENGINE=${other} npm run setup adds it`;
  return { what: "other engine", found };
}

function memory(): Finding {
  const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  const low = totalmem() < 3 * 2 ** 30;
  const found = `${gib(freemem())} free of ${gib(totalmem())}`;
  return {
    what: "memory",
    found,
    ...(low && { remedy: "the quick profile needs about 4 GiB; use --jobs 1" }),
  };
}

function kernel(): Finding {
  const path = join(
    ROOT,
    ".venv",
    "share",
    "jupyter",
    "kernels",
    "tslab",
    "kernel.json",
  );
  if (!existsSync(path))
    return { what: "notebook kernel", found: "none", remedy: "npm run setup" };
  try {
    const { argv } = JSON.parse(readFileSync(path, "utf8")) as {
      argv: string[];
    };
    // The first words are the programs; what follows are their options.
    for (const program of argv
      .slice(0, 2)
      .filter((word) => word.startsWith("/")))
      accessSync(program, constants.R_OK);
    return { what: "notebook kernel", found: `tslab (${argv[0]})` };
  } catch (error) {
    return {
      what: "notebook kernel",
      found: (error as Error).message,
      remedy: "npm run setup",
    };
  }
}

function base(): Finding {
  const folder = join(ROOT, "data", "nano", "base");
  try {
    const { params } = readModelFolder(folder);
    let count = 0;
    for (const { data } of params.values()) count += data.length;
    return {
      what: "nano base model",
      found: `${count.toLocaleString("en")} parameters`,
    };
  } catch (error) {
    return {
      what: "nano base model",
      found: (error as Error).message,
      remedy: "npm run pretrain",
    };
  }
}

/** The verb. */
export const doctor: Verb = {
  help: HELP,
  async main(args, output) {
    const options = { json: { type: "boolean", default: false } } as const;
    const { json } = parseArgs({ args, options }).values;
    const findings = [node(), ...engine(), memory(), kernel(), base()];
    const wrong = findings.filter(({ remedy }) => remedy !== undefined);
    if (json) {
      const report = { version: toolName(), findings };
      output.stdout.write(`${JSON.stringify(report, null, 1)}\n`);
      return wrong.length === 0 ? 0 : 1;
    }
    const rows = findings.map(
      ({ what, found, remedy }) =>
        [remedy === undefined ? "✓" : "✗", `${what}:`, found] as const,
    );
    const width = Math.max(...rows.map((row) => row[1].length));
    for (const [mark, what, found] of rows)
      output.stdout.write(`${mark} ${what.padEnd(width)} ${found}\n`);
    for (const { what, remedy } of wrong)
      output.stdout.write(`  ${what}: ${remedy}\n`);
    output.stdout.write(
      wrong.length === 0
        ? "no problems found\n"
        : `${wrong.length} ${wrong.length === 1 ? "problem" : "problems"}\n`,
    );
    return wrong.length === 0 ? 0 : 1;
  },
};
