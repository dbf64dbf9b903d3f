/** `m2rl benchmarks`: which public benchmarks are known, and whether a file is one of them. */
import { checkFile, PUBLISHED } from "../domains/files/index.js";
import { textTable, UsageError, type CliOutput, type Verb } from "./verb.js";

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
    row.checked ? row.licence : `${row.licence} (not checked)`,
    row.grader,
    row.place,
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

/** The verb. */
export const benchmarks: Verb = {
  help: `m2rl benchmarks list
m2rl benchmarks check NAME [PATH]

List the public benchmarks that are known: rows, samples per problem (K), sampling, licence, and where they are published. Or compare a
file (JSON lines, JSON, CSV or Parquet, plain or gzipped) or a folder of files with what is published. PATH may be the hub's cache or a
folder in it, and is this machine's cache where it is left out. Nothing is downloaded.
`,
  async main([what, ...rest], output) {
    if (what === "list" && rest.length === 0) return list(output);
    const [name, path] = rest;
    if (what === "check" && name !== undefined && rest.length <= 2)
      return await check(name, path, output);
    throw new UsageError("benchmarks needs `list` or `check NAME [PATH]`");
  },
};
