#!/usr/bin/env node
/** The command line: `m2rl <verb>`; each verb is a file in `cli/` and is loaded only when it is used. */
import { realpathSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { printed } from "./cli/output/printed.js";
import { UsageError, type CliOutput, type Verb } from "./cli/verb.js";
import { M2rlError } from "./error.js";
import { hint } from "./nearest.js";

const VERBS: Readonly<
  Record<string, { about: string; load: () => Promise<Verb> }>
> = {
  run: {
    about: "run a study, or what is left of it",
    load: async () => (await import("./cli/run.js")).run,
  },
  plan: {
    about: "say which models and stages a study has, and what is left",
    load: async () => (await import("./cli/plan.js")).plan,
  },
  stage: {
    about: "do one stage of a study alone, for a scheduler",
    load: async () => (await import("./cli/stage.js")).stage,
  },
  "verify-study": {
    about: "check a study's record: hashes, scores, rows",
    load: async () => (await import("./cli/verifyStudy.js")).verifyStudy,
  },
  view: {
    about: "show a study in the browser, live",
    load: async () => (await import("./cli/view.js")).view,
  },
  doctor: {
    about:
      "report engine, device, threads, speed, notebook kernel, and what is wrong",
    load: async () => (await import("./cli/doctor.js")).doctor,
  },
  evaluate: {
    about: "score a model folder on benchmarks",
    load: async () => (await import("./cli/evaluate.js")).evaluate,
  },
  export: {
    about: "write records as logs of Inspect or lm-eval",
    load: async () => (await import("./cli/export.js")).exportLogs,
  },
  import: {
    about: "read logs of Inspect or lm-eval as records",
    load: async () => (await import("./cli/import.js")).importLogs,
  },
  benchmarks: {
    about: "list public benchmarks, and compare files with them",
    load: async () => (await import("./cli/benchmarks.js")).benchmarks,
  },
  slime: {
    about: "write a run of a study as a job of slime",
    load: async () => (await import("./cli/slime.js")).slime,
  },
  tasks: {
    about: "write tasks: drawn, or read from published training data",
    load: async () => (await import("./cli/tasks.js")).tasks,
  },
  verify: {
    about: "grade a file of completions",
    load: async () => (await import("./cli/verify.js")).verify,
  },
  fetch: {
    about: "fetch a pretrained model as a model folder",
    load: async () => (await import("./cli/model/fetch.js")).fetchPretrained,
  },
  generate: {
    about: "answer a prompt with a model folder",
    load: async () => (await import("./cli/model/generate.js")).generate,
  },
  inspect: {
    about: "say what a checkpoint consists of, and whether it is sound",
    load: async () => (await import("./cli/inspect.js")).inspect,
  },
  diff: {
    about: "say what experts changed in the weights of a base",
    load: async () => (await import("./cli/diff.js")).diff,
  },
  rewards: {
    about: "serve the verifiers over HTTP, for trainers that run elsewhere",
    load: async () => (await import("./cli/rewards.js")).rewards,
  },
  serve: {
    about: "serve a model folder over OpenAI's protocol",
    load: async () => (await import("./cli/serve.js")).serve,
  },
  merge: {
    about: "merge model folders",
    load: async () => (await import("./cli/merge.js")).merge,
  },
};

function usage(): string {
  const width = Math.max(...Object.keys(VERBS).map((name) => name.length));
  const lines = Object.entries(VERBS).map(
    ([name, { about }]) => `  ${name.padEnd(width)}  ${about}`,
  );
  return `m2rl <verb> [options]\n\n${lines.join("\n")}\n\n\`m2rl <verb> --help\` says more.\n`;
}

/**
 * Run one command.
 *
 * @param args  what stands behind `m2rl`
 * @returns exit code: 0 done, 1 an error that the message names, 2 a wrong command line, 130 stopped by Ctrl-C
 */
export async function main(
  args: readonly string[],
  terminal: CliOutput = process,
): Promise<number> {
  const output = printed(terminal);
  const [name, ...rest] = args;
  if (
    name === undefined ||
    name === "--help" ||
    name === "-h" ||
    name === "help"
  ) {
    output.stdout.write(usage());
    return name === undefined ? 2 : 0;
  }
  if (name === "--version" || name === "-v") {
    const { toolName } = await import("./toolName.js");
    output.stdout.write(`${toolName()}\n`);
    return 0;
  }
  try {
    if (!Object.hasOwn(VERBS, name)) {
      throw new UsageError(
        `verb must be known, got ${JSON.stringify(name)}; ${hint(name, Object.keys(VERBS))}`,
      );
    }
    const verb = await VERBS[name]!.load();
    if (rest.includes("--help") || rest.includes("-h")) {
      output.stdout.write(verb.help);
      return 0;
    }
    return await verb.main(rest, output);
  } catch (error) {
    if (process.env["M2RL_DEBUG"] === "1") throw error;
    const { message, code } = error as Error & { code?: string };
    const usageError =
      error instanceof UsageError ||
      code?.startsWith("ERR_PARSE_ARGS") === true;
    const known =
      usageError || error instanceof M2rlError || error instanceof RangeError;
    const text = (
      known ? message : `internal: ${message}; M2RL_DEBUG=1 shows where`
    ).replaceAll("\n", " ");
    output.stderr.write(`m2rl: ${text}\n`);
    return usageError ? 2 : 1;
  }
}

if (
  process.argv[1] !== undefined &&
  import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href
) {
  // `m2rl run … | head` closes the pipe early, which is not an error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  // Messages that nobody reads any more, or whose disk is full, keep no work from its end.
  process.stderr.on("error", () => undefined);
  void main(process.argv.slice(2)).then((code) => {
    process.exitCode = code;
  });
}
