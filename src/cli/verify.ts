/** `m2rl verify`: grade a file of completions. */
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { GRADERS, type JudgeServer } from "../domains/index.js";
import { InfrastructureError, TaskError } from "../error.js";
import { BUDGETS, hashText, readText } from "../io/index.js";
import { textTable, UsageError, type CliOutput, type Verb } from "./verb.js";
import { ROW_GRADERS, type RowGrader } from "./verify/graders.js";
import {
  readRow,
  type FileDomain,
  type VerdictLine,
  type VerifyRow,
} from "./verify/row.js";
import { openVerdictFile } from "./verify/verdictFile.js";

const DOMAINS = Object.keys(ROW_GRADERS);

function share(count: number, all: number): string {
  return `${((100 * count) / all).toFixed(1)} %`;
}

/** Of instruction following: prompts and single instructions that are followed, strictly and loosely. */
function followed(lines: readonly VerdictLine[]): string {
  const table = (["strict", "loose"] as const).map((how) => {
    const rows = lines.flatMap((line) => (line[how] ? [line[how]] : []));
    const single = rows.flat();
    return [
      how,
      share(rows.filter((row) => row.every(Boolean)).length, lines.length),
      share(single.filter(Boolean).length, Math.max(1, single.length)),
    ];
  });
  return `\n\n${textTable([["", "prompts", "instructions"], ...table])}`;
}

function summary(lines: readonly VerdictLine[]): string {
  const counts = new Map<string, number>();
  for (const { outcome } of lines)
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  const rows = [...counts].sort(([, a], [, b]) => b - a);
  const table = textTable([
    ["outcome", "count", "share"],
    ...rows.map(([outcome, n]) => [outcome, String(n), share(n, lines.length)]),
    ["all", String(lines.length), ""],
  ]);
  const isInstruction = lines.some(({ strict }) => strict);
  return `${table}${isInstruction ? followed(lines) : ""}`;
}

/** What a judge says of the answers, beside the exact match. */
function judgedShare(lines: readonly VerdictLine[], judge: string): string {
  const rows = lines.filter(({ judged }) => judged !== undefined);
  const count = (said: boolean | null): number =>
    rows.filter(({ judged }) => judged === said).length;
  const agree = rows.filter(
    ({ judged, reward }) => judged !== null && judged === (reward === 1),
  ).length;
  return `\n\n${textTable([
    [`judged by ${judge}`, "count", "share"],
    ["right", String(count(true)), share(count(true), lines.length)],
    ["wrong", String(count(false)), share(count(false), lines.length)],
    ["unreadable", String(count(null)), share(count(null), lines.length)],
    ["as by exact match", String(agree), share(agree, lines.length)],
  ])}`;
}

function progress(
  output: CliOutput,
  done: number,
  all: number,
  first: number,
  since: number,
): void {
  if (!output.stderr.isTTY) return;
  const seconds = (Date.now() - since) / 1000;
  const left = done > first ? ((all - done) * seconds) / (done - first) : NaN;
  const eta = Number.isFinite(left) ? `, ${Math.ceil(left)} s left` : "";
  output.stderr.write(
    `\r${done} of ${all}${eta}   ${done === all ? "\n" : ""}`,
  );
}

async function gradeRow(
  grader: RowGrader,
  row: VerifyRow,
): Promise<VerdictLine> {
  const { id, finish } = row;
  const graded =
    finish === "length"
      ? { reward: 0 as const, outcome: "truncated" }
      : await grader.grade(row);
  return { id, grader: grader.name, ...graded };
}

/** Grade what no earlier run graded, batch by batch. */
async function gradeRows(
  grader: RowGrader,
  rows: readonly VerifyRow[],
  out: string,
  head: object,
  output: CliOutput,
): Promise<{ lines: VerdictLine[]; resumedAfter: number }> {
  const { earlier, append } = openVerdictFile(out, head);
  const lines = [...earlier];
  const [first, since] = [lines.length, Date.now()];
  while (lines.length < rows.length) {
    const some = rows.slice(lines.length, lines.length + grader.batch);
    const batch = await Promise.all(some.map((row) => gradeRow(grader, row)));
    append(batch);
    lines.push(...batch);
    progress(output, lines.length, rows.length, first, since);
  }
  return { lines, resumedAfter: first };
}

function readRows(text: string, file: string, domain: FileDomain): VerifyRow[] {
  const rows = text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line, i) => readRow(line, i + 1, domain));
  if (rows.length === 0)
    throw new UsageError(`${file} must hold at least one row`);
  return rows;
}

interface Values {
  domain?: string;
  grader?: string;
  judge?: string;
  "judge-model"?: string;
}

/** The judge that is named, of short answers. */
function judgeOf({
  domain,
  judge: url,
  "judge-model": model,
}: Values): JudgeServer | undefined {
  if ((url === undefined) !== (model === undefined))
    throw new UsageError("--judge and --judge-model must be given together");
  if (url === undefined) return undefined;
  if (domain !== "hle")
    throw new UsageError("--judge must be given with --domain hle");
  if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    throw new UsageError(
      `--judge must begin with http:// or https://, got ${JSON.stringify(url)}`,
    );
  const token = process.env["M2RL_JUDGE_TOKEN"];
  // With or without /v1, as everywhere.
  const base = `${url.replace(/\/+$/, "").replace(/\/v1$/, "")}/v1`;
  return { url: base, model: model!, ...(token ? { token } : {}) };
}

function chosen(
  { domain, grader: named }: Values,
  judge: JudgeServer | undefined,
): { domain: FileDomain; grader: RowGrader } {
  const make = Object.hasOwn(ROW_GRADERS, domain ?? "")
    ? ROW_GRADERS[domain as FileDomain]
    : undefined;
  if (make === undefined)
    throw new UsageError(
      `--domain must be one of ${DOMAINS.join(", ")}, got ${JSON.stringify(domain ?? "")}`,
    );
  if (named !== undefined && !GRADERS.some(({ name }) => name === named))
    throw new UsageError(
      `--grader must be one of ${GRADERS.map(({ name }) => name).join(", ")}, got ${JSON.stringify(named)}`,
    );
  return {
    domain: domain as FileDomain,
    grader: make({ grader: named, judge }),
  };
}

async function main(args: string[], output: CliOutput): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      domain: { type: "string" },
      grader: { type: "string" },
      judge: { type: "string" },
      "judge-model": { type: "string" },
      out: { type: "string" },
    },
  });
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0)
    throw new UsageError("verify needs one FILE.jsonl");
  const judge = judgeOf(values);
  const { domain, grader } = chosen(values, judge);
  if (!existsSync(file)) throw new UsageError(`${file} not found`);
  const text = readText(
    file,
    BUDGETS.lines,
    (why, cause) => new TaskError(`verify: ${why}`, { cause }),
  );
  const rows = readRows(text, file, domain);
  const out = values.out ?? `${file.replace(/\.jsonl$/, "")}.verdicts.jsonl`;
  const head = {
    verify: domain,
    grader: values.grader ?? grader.name,
    ...(judge ? { judge: judge.model } : {}),
    sha256: hashText(text),
  };
  try {
    const { lines, resumedAfter } = await gradeRows(
      grader,
      rows,
      out,
      head,
      output,
    );
    const resumed =
      resumedAfter > 0
        ? `resumed after ${resumedAfter} verdicts of an earlier run\n`
        : "";
    output.stdout.write(
      `${resumed}${summary(lines)}${judge ? judgedShare(lines, judge.model) : ""}\n\nverdicts: ${out}\n`,
    );
    return 0;
  } catch (error) {
    if (!(error instanceof InfrastructureError)) throw error;
    throw new InfrastructureError(
      `${error.message}; the verdicts so far are in ${out}: rerun the same command to resume`,
      { cause: error },
    );
  } finally {
    await grader.close?.();
  }
}

/** The verb. */
export const verify: Verb = {
  help: `m2rl verify --domain D [--grader G] [--judge URL --judge-model NAME] [--out OUT.jsonl] FILE.jsonl

Grade completions. Each line of FILE is an object with "completion" and either "task", as \`m2rl tasks\` writes it, or "answer", the
right answer; "id", "finish" ("stop" or "length") and, of multiple choice, "choices" (how many, or their texts) and "pattern" are
optional. What stands before the last </think> is not looked at. Verdicts, with reasons, are written as lines to OUT (default
FILE.verdicts.jsonl), in the order of FILE; rerun the same command to resume after an interruption. A sandbox that fails is an error
and never a verdict.

  --domain D  math, science (multiple choice), hle (short exact answers, or tasks of Humanity's Last Exam); coding (programs, run in a jail or, where
              M2RL_SANDBOX_URL names one, on a SandboxFusion server), instruction (strict, and loose beside it) and agent need tasks.
              Of an agent, "turns" may stand for "completion": its steps, or for each user turn its steps; M2RL_WORKPLACE names
              the folder of the workplace assistant's tables, M2RL_BFCL that of \`m2rl benchmarks fetch bfcl\`
  --grader G  of math: ${GRADERS.map(({ name }) => name).join(", ")} (default: the task's, else mathVerify)
  --judge URL, --judge-model NAME  of hle: a model behind an OpenAI-compatible server says, beside the exact match, whether the answer
              means the same as the reference; needs "question" or tasks. The reward stays that of the exact match; the judge's
              score is printed apart. M2RL_JUDGE_TOKEN, where set, is its API key
`,
  main,
};
