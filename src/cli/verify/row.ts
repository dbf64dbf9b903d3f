/** One line of a file of completions, and the line that is said of it. */
import type {
  Domain,
  EpisodeCall,
  FinishReason,
  Task,
} from "../../domains/index.js";
import { TaskError } from "../../error.js";
import { BUDGETS, parseJson } from "../../io/index.js";

/** What `m2rl verify` can grade: a domain's tasks, or the short answers of Humanity's Last Exam. */
export type FileDomain = Domain | "hle";

/** One line of the input: a completion, with either a whole task or its right answer. */
export interface VerifyRow {
  id: string | number;
  completion: string;
  /** Of an agent, in place of the completion: its steps, or for each user turn its steps. */
  turns?: unknown[];
  /** "length" where the completion ran into its limit. */
  finish: FinishReason;
  /** As `m2rl tasks` writes it. */
  task?: Task;
  /** The right answer: mathematics, a letter, or a short text. */
  answer?: string;
  /** Of a short answer that a judge reads: the question. */
  question?: string;
  /** Of multiple choice: how many options, or their texts. */
  choices?: number | string[];
  /** Of multiple choice: a regular expression that finds the answer. */
  pattern?: string;
}

/** What a grader says of a row. */
export interface Graded {
  /** Where it is not the one of the whole file. */
  grader?: string;
  reward: 0 | 1;
  /** right, wrong, noAnswer, truncated, or why a program failed. */
  outcome: string;
  /** The answer that was read. */
  extracted?: string;
  /** One line that says why. */
  detail?: string;
  /** Which constraints hold, in the order of the task's ids: as the response stands, and in the best of its eight loose variants. */
  strict?: boolean[];
  loose?: boolean[];
  /** What a judge model says of the answer; null: nothing that can be read. Kept apart from the reward. */
  judged?: boolean | null;
  /** The answer that the judge took from the completion. */
  judgedAnswer?: string;
  /** Of an agent: its calls, which of them failed and why, and which were repaired. */
  calls?: EpisodeCall[];
}

/** One line of the output. */
export interface VerdictLine extends Graded {
  id: string | number;
  grader: string;
}

function taskOf(value: unknown, domain: FileDomain, where: string): Task {
  const task = value as Partial<Task> | null;
  if (typeof task?.id !== "string" || task.data === undefined)
    throw new TaskError(`verify: ${where}: task must have id, domain and data`);
  const fits =
    domain === "hle"
      ? task.domain === "science" && task.kind === "hle"
      : task.domain === domain;
  if (!fits)
    throw new TaskError(
      `verify: ${where}: task must be of domain ${domain}, got ${JSON.stringify(task.domain)}`,
    );
  return task as Task;
}

/**
 * Read a line.
 *
 * @param number  of the line, from 1; the row's id where it has none, counted from 0
 * @throws TaskError it is no JSON object, or a field is missing or not of its type; names the line
 */
export function readRow(
  text: string,
  number: number,
  domain: FileDomain,
): VerifyRow {
  const where = `line ${number}`;
  const row = parseJson(
    text,
    where,
    BUDGETS.lines,
    (why, cause) => new TaskError(`verify: ${why}`, { cause }),
  ) as Record<string, unknown> | null;
  if (typeof row !== "object" || row === null)
    throw new TaskError(`verify: ${where} must be an object`);
  const { task, turns, finish = "stop" } = row;
  const completion = Array.isArray(turns) ? "" : row["completion"];
  const answer =
    typeof row["answer"] === "number" ? String(row["answer"]) : row["answer"];
  if (
    typeof completion !== "string" ||
    (task === undefined && typeof answer !== "string")
  )
    throw new TaskError(
      `verify: ${where} must have the text "completion", and "task" or the text "answer"`,
    );
  if (finish !== "stop" && finish !== "length")
    throw new TaskError(
      `verify: ${where}: finish must be "stop" or "length", got ${JSON.stringify(finish)}`,
    );
  const whole =
    task === undefined ? undefined : taskOf(task, domain, `${where}`);
  return {
    ...row,
    id: (row["id"] as string | number | undefined) ?? whole?.id ?? number - 1,
    completion,
    finish,
    ...(whole ? { task: whole } : { answer: answer as string }),
  };
}

/** The answer in a completion: what follows the last </think>, since reasoning is not an answer. */
export function answerIn(completion: string): string {
  const end = completion.lastIndexOf("</think>");
  return end < 0 ? completion : completion.slice(end + "</think>".length);
}
