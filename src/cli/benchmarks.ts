/** `m2rl benchmarks`: which public benchmarks are known, and whether a file is one of them. */
import { checkFile, PUBLISHED } from "../domains/files/index.js";
import { textTable, UsageError, type CliOutput, type Verb } from "./verb.js";

function list(output: CliOutput): number {
  const rows = PUBLISHED.map(
    ({ name, domain, size, samples, grader, licence, gated, place }) => [
      name,
      domain,
      String(size),
      String(samples),
      gated ? "yes" : "no",
      licence,
      grader,
      place,
    ],
  );
  const head = [
    "name",
    "domain",
    "rows",
    "samples",
    "gated",
    "licence",
    "scored by",
    "published at",
  ];
  output.stdout.write(`${textTable([head, ...rows])}\n`);
  return 0;
}

function check(name: string, path: string, output: CliOutput): number {
  const { benchmark, rows, problems } = checkFile(name, path);
  const lines = problems.map((problem) => `  ${problem}`);
  const verdict =
    problems.length === 0 ? "no problems found" : `${problems.length} problems`;
  const note = benchmark.note === undefined ? "" : `note: ${benchmark.note}\n`;
  output.stdout.write(
    [`${benchmark.title}: ${rows} rows, ${verdict}`, ...lines].join("\n") +
      `\n${note}`,
  );
  return problems.length === 0 ? 0 : 1;
}

/** The verb. */
export const benchmarks: Verb = {
  help: `m2rl benchmarks list
m2rl benchmarks check NAME PATH

List the public benchmarks that are known: rows, samples per problem, licence, and where they are published. Or compare a file (JSON
lines or JSON, plain or gzipped) with what is published. Nothing is downloaded.
`,
  async main([what, ...rest], output) {
    if (what === "list" && rest.length === 0) return list(output);
    const [name, path] = rest;
    if (
      what === "check" &&
      name !== undefined &&
      path !== undefined &&
      rest.length === 2
    )
      return check(name, path, output);
    throw new UsageError("benchmarks needs `list` or `check NAME PATH`");
  },
};
