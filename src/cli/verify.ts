/** `m2rl verify`: grade a file of completions. */
import {
  appendFileSync,
  existsSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { parseArgs } from "node:util";
import { gradeMath, GRADERS, readChoice, scoreHle } from "../domains/index.js";
import { TaskError } from "../error.js";
import { hashText } from "../io/index.js";
import { textTable, UsageError, type CliOutput, type Verb } from "./verb.js";

const DOMAINS = ["math", "science", "hle"] as const;
type FileDomain = (typeof DOMAINS)[number];

/** One line of the input. */
interface Row {
  id?: string | number;
  /** The right answer: mathematics, a letter, or a short text. */
  answer: string;
  completion: string;
  /** Of multiple choice: how many options, or their texts. */
  choices?: number | string[];
  pattern?: string;
  /** "length" where the completion ran into its limit. */
  finish?: "stop" | "length";
}

/** One line of the output. */
interface Line {
  id: string | number;
  grader: string;
  reward: 0 | 1;
  outcome: string;
  extracted?: string;
  detail?: string;
}

/** Lines that are written at once. */
const BATCH = 100;

function parseRow(text: string, number: number): Row {
  let row: Partial<Row>;
  try {
    row = JSON.parse(text) as Partial<Row>;
  } catch {
    throw new TaskError(`verify: line ${number} must be JSON`);
  }
  if (typeof row !== "object" || row === null)
    throw new TaskError(`verify: line ${number} must be an object`);
  const answer =
    typeof row.answer === "number" ? String(row.answer) : row.answer;
  if (typeof answer !== "string" || typeof row.completion !== "string")
    throw new TaskError(
      `verify: line ${number} must have the texts "answer" and "completion"`,
    );
  return { ...row, answer, completion: row.completion };
}

function gradeChoiceRow(row: Row): Omit<Line, "id"> {
  const texts = Array.isArray(row.choices) ? row.choices : undefined;
  const count = texts?.length ?? (row.choices as number | undefined) ?? 26;
  const { pattern } = row;
  const choice = readChoice(row.completion, {
    count,
    ...(texts ? { texts } : {}),
    ...(pattern === undefined ? {} : { pattern }),
  });
  const grader = "choice";
  if (!choice) return { grader, reward: 0, outcome: "noAnswer" };
  const right = choice.letter === row.answer.trim().toUpperCase();
  return {
    grader,
    reward: right ? 1 : 0,
    outcome: right ? "right" : "wrong",
    extracted: choice.letter,
    detail: choice.how,
  };
}

async function grade(
  domain: FileDomain,
  grader: string,
  input: Row,
): Promise<Omit<Line, "id">> {
  if (input.finish === "length")
    return {
      grader: domain === "math" ? grader : domain,
      reward: 0,
      outcome: "truncated",
    };
  // Reasoning is not an answer.
  const end = input.completion.lastIndexOf("</think>");
  const row =
    end < 0 ? input : { ...input, completion: input.completion.slice(end + 8) };
  if (domain === "science") return gradeChoiceRow(row);
  if (domain === "hle") {
    const { exact } = await scoreHle(
      { question: "", answer: row.answer },
      row.completion,
    );
    const { outcome, reward, detail } = exact;
    return {
      grader: "hleExact",
      reward,
      outcome: outcome === "correct" ? "right" : outcome,
      ...(detail === undefined ? {} : { detail }),
    };
  }
  const { outcome, extracted, detail } = gradeMath(
    grader,
    row.answer,
    row.completion,
  );
  return {
    grader,
    reward: outcome === "right" ? 1 : 0,
    outcome,
    ...(extracted === undefined ? {} : { extracted: extracted.slice(0, 200) }),
    ...(detail === undefined ? {} : { detail }),
  };
}

/** The verdicts that an earlier run wrote, without a half-written last line; refuses those of another run. */
function earlier(path: string, head: string): Line[] {
  if (!existsSync(path)) {
    writeFileSync(path, `${head}\n`, { flag: "wx" });
    return [];
  }
  const text = readFileSync(path, "utf8");
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  if (!whole.startsWith(`${head}\n`))
    throw new UsageError(
      `${path} already exists and is from another input, domain or grader; choose another --out`,
    );
  if (whole.length < text.length) truncateSync(path, Buffer.byteLength(whole));
  return whole
    .slice(head.length + 1)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);
}

function summary(lines: readonly Line[]): string {
  const counts = new Map<string, number>();
  for (const { outcome } of lines)
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  const rows = [...counts].sort(([, a], [, b]) => b - a);
  const share = (n: number): string =>
    `${((100 * n) / lines.length).toFixed(1)} %`;
  return textTable([
    ["outcome", "count", "share"],
    ...rows.map(([outcome, n]) => [outcome, String(n), share(n)]),
    ["all", String(lines.length), ""],
  ]);
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

async function main(args: string[], output: CliOutput): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      domain: { type: "string" },
      grader: { type: "string" },
      out: { type: "string" },
    },
  });
  const [file, ...more] = positionals;
  const domain = values.domain as FileDomain;
  if (file === undefined || more.length > 0)
    throw new UsageError("verify needs one FILE.jsonl");
  if (!DOMAINS.includes(domain))
    throw new UsageError(
      `--domain must be one of ${DOMAINS.join(", ")}, got ${JSON.stringify(values.domain ?? "")}`,
    );
  const grader = values.grader ?? "mathVerify";
  if (!GRADERS.some(({ name }) => name === grader))
    throw new UsageError(
      `--grader must be one of ${GRADERS.map(({ name }) => name).join(", ")}, got ${JSON.stringify(grader)}`,
    );
  if (!existsSync(file)) throw new UsageError(`${file} not found`);
  const text = readFileSync(file, "utf8");
  const rows = text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line, i) => parseRow(line, i + 1));
  if (rows.length === 0)
    throw new UsageError(`${file} must hold at least one row`);
  const out = values.out ?? `${file.replace(/\.jsonl$/, "")}.verdicts.jsonl`;
  const sha256 = hashText(text);
  const head = JSON.stringify({
    verify: domain,
    grader: domain === "math" ? grader : domain,
    sha256,
  });
  const lines = earlier(out, head);
  const [first, since] = [lines.length, Date.now()];
  while (lines.length < rows.length) {
    const batch: Line[] = [];
    for (const row of rows.slice(lines.length, lines.length + BATCH))
      batch.push({
        id: row.id ?? lines.length + batch.length,
        ...(await grade(domain, grader, row)),
      });
    appendFileSync(
      out,
      batch.map((line) => `${JSON.stringify(line)}\n`).join(""),
    );
    lines.push(...batch);
    progress(output, lines.length, rows.length, first, since);
  }
  const resumed =
    first > 0 ? `resumed after ${first} verdicts of an earlier run\n` : "";
  output.stdout.write(`${resumed}${summary(lines)}\n\nverdicts: ${out}\n`);
  return 0;
}

/** The verb. */
export const verify: Verb = {
  help: `m2rl verify --domain D [--grader G] [--out OUT.jsonl] FILE.jsonl

Grade completions. Each line of FILE is an object with "answer" and "completion"; "id", "finish" ("stop" or "length") and, of
multiple choice, "choices" (how many, or their texts) and "pattern" are optional. What stands before the last </think> is not
looked at. Verdicts are written as lines to OUT (default FILE.verdicts.jsonl), in the order of FILE; rerun the same command to
resume after an interruption.

  --domain D  math, science (multiple choice) or hle (short exact answers)
  --grader G  of math: ${GRADERS.map(({ name }) => name).join(", ")} (default mathVerify)
`,
  main,
};
