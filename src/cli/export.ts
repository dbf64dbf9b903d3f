/** `m2rl export`: records of evaluations as logs of other harnesses. */
import { mkdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import {
  benchmark,
  ALL_BENCHMARK_NAMES,
  inspectLog,
  lmEvalLog,
  readRecords,
  type RecordsFile,
} from "../evaluate/index.js";
import { writeFileAtomically } from "../io/index.js";
import { UsageError, type Verb } from "./verb.js";

const HELP = `m2rl export RECORDS… --to inspect|lm-eval --out FOLDER

Write evaluations as logs that other harnesses read, from the records that \`m2rl evaluate --records\` and studies keep
(runs/PROFILE/seedN/scores/MODEL/BENCHMARK.jsonl). Texts are there where the records kept them.

  --to inspect     one BENCHMARK.json per file, for \`inspect view\` and inspect_ai.log.read_eval_log
  --to lm-eval     results_BENCHMARK.json and samples_BENCHMARK.jsonl, one line per sample
  --out FOLDER     a file of the same name there is replaced

\`m2rl import\` reads both back.
`;

/** Prompts of the tasks by their identity, where the benchmark is one of ours. */
function promptsOf({ header }: RecordsFile): ReadonlyMap<string, string> {
  const known = ALL_BENCHMARK_NAMES.some((name) => name === header.benchmark);
  const tasks = known ? benchmark(header.benchmark) : [];
  return new Map(tasks.map(({ id, prompt }) => [id, prompt]));
}

/** The files of one evaluation by name. */
function filesOf(path: string, to: string): Record<string, string> {
  const records = readRecords(path);
  const prompts = promptsOf(records);
  const name = basename(path, ".jsonl");
  if (to === "inspect") {
    const created = statSync(path).mtime.toISOString().replace("Z", "+00:00");
    const log = inspectLog(records, { created, prompts });
    return { [`${name}.json`]: `${JSON.stringify(log, null, 1)}\n` };
  }
  const { results, samples } = lmEvalLog(records, { prompts });
  return {
    [`results_${name}.json`]: `${JSON.stringify(results, null, 1)}\n`,
    [`samples_${name}.jsonl`]: samples
      .map((sample) => `${JSON.stringify(sample)}\n`)
      .join(""),
  };
}

/** The verb. */
export const exportLogs: Verb = {
  help: HELP,
  main(args, output) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { to: { type: "string" }, out: { type: "string" } },
    });
    const { to = "", out } = values;
    if (positionals.length === 0 || out === undefined)
      throw new UsageError(
        "export must be given files of records and --out FOLDER; m2rl export --help",
      );
    if (to !== "inspect" && to !== "lm-eval")
      throw new UsageError(
        `--to must be inspect or lm-eval, got ${JSON.stringify(to)}`,
      );
    const files = positionals.map((path) => filesOf(path, to));
    const names = files.flatMap((each) => Object.keys(each));
    const twice = names.find((name, i) => names.indexOf(name) < i);
    if (twice !== undefined)
      throw new UsageError(
        `export must be given files of different names, got two that give ${twice}`,
      );
    mkdirSync(out, { recursive: true });
    for (const [name, text] of files.flatMap(Object.entries<string>))
      writeFileAtomically(join(out, name), [Buffer.from(text)], {
        replaces: (head) => /^\s*\{/.test(head),
        kind: "a log",
      });
    output.stdout.write(`${names.length} files: ${out}\n`);
    return Promise.resolve(0);
  },
};
