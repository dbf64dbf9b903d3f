/** Rows of the RL training blend → tasks. */
import { M2rlError, TaskError } from "../../../error.js";
import { hint } from "../../../nearest.js";
import {
  checkProblem,
  type PythonProblem,
} from "../../coding/python/problem.js";
import {
  constraint,
  type Kwargs,
} from "../../instruction/constraints/index.js";
import { choicesOf, type LetterAnswer } from "../../science/data.js";
import type { Domain, Task } from "../../specs.js";
import type { FileRow } from "../readRows.js";
import type { PlacedRow } from "../streamRows.js";
import type { FixName, SkipReason } from "./fixes.js";

/** What became of a row: a task and the fixes that were made, or why there is none. */
export type RlRow = { task: Task; fixes: FixName[] } | { skipped: SkipReason };

/** Where the text of a row that only points to one comes from: the data set's name and row number → its question. */
export type Questions = (name: string, index: number) => string | undefined;

/** Options of `readRlRow`. */
export interface RlRowOptions {
  /** Whether prompts are edited (`answerLine`, `stepByStep`); default true. */
  edit?: boolean;
  /** Fills in the rows that only point to a question; without it such a row is an error. */
  questions?: Questions;
}

/** The published subsets: how the column `dataset` ends → the domain, or null where the paper leaves the subset out. */
const SUBSETS: readonly (readonly [string, Domain | null])[] = [
  ["dapo17k", "math"],
  ["skywork_no_omni", "math"],
  ["comp_coding_50tests", "coding"],
  ["stem_mcqa", "science"],
  ["instruction_following", "instruction"],
  ["workbench", "agent"],
  ["structured_outputs", null],
];

/** Asked of mathematics; the authors ask for the line alone, which their own grader, a reader of boxes, cannot find. */
const ANSWER_LINE =
  "Reason step by step. End with one line of the form `Answer: \\boxed{…}` that holds the final answer.";

/** The fixed sentence before questions of multiple choice, 45 characters, which the authors replace by their own. */
const CHOICE_QUESTION = "Answer the following multiple choice question";

type Refuse = (why: string) => never;
type Fields = Record<string, unknown>;

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function textOf(value: unknown, what: string, refuse: Refuse): string {
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string" || text === "")
    return refuse(`${what} must be a text`);
  return text;
}

function isListOfTexts(value: unknown): value is string[] {
  return (
    Array.isArray(value) && value.every((item) => typeof item === "string")
  );
}

/** The domain of a row: of its subset, or, in files that name none, what its columns can only be. */
function domainOf(row: FileRow, refuse: Refuse): Domain | null {
  const subset = SUBSETS.find(([end]) => String(row["dataset"]).endsWith(end));
  if (subset) return subset[1];
  if (fieldsOf(row["verifier_metadata"])["unit_tests"] !== undefined)
    return "coding";
  if (row["instruction_id_list"] !== undefined) return "instruction";
  if (row["ground_truth"] !== undefined) return "agent";
  if (row["options"] !== undefined) return "science";
  if (row["expected_answer"] !== undefined) return "math";
  return refuse(
    `must be a row of the RL blend; unknown dataset ${JSON.stringify(row["dataset"] ?? null)}, ${hint(
      String(row["dataset"] ?? ""),
      SUBSETS.map(([end]) => end),
    )}`,
  );
}

interface Prompt {
  user: string;
  system?: string;
}

function promptOf(row: FileRow, refuse: Refuse): Prompt {
  const where = "responses_create_params.input";
  const { input } = fieldsOf(row["responses_create_params"]);
  if (typeof input === "string") return { user: input };
  if (!Array.isArray(input) || input.length === 0)
    return refuse(`${where} must be a list of messages`);
  const messages = input.map(fieldsOf);
  const user = messages.at(-1)!;
  if (user["role"] !== "user") refuse(`${where} must end with a user message`);
  const before = messages.slice(0, -1);
  if (before.length > 1 || (before[0] && before[0]["role"] !== "system"))
    refuse(
      `${where} must be one user message, and at most one system message before it`,
    );
  const content = textOf(user["content"], `${where} content`, refuse);
  return before[0]
    ? {
        user: content,
        system: textOf(before[0]["content"], `${where} content`, refuse),
      }
    : { user: content };
}

/** A question of DAPO without the two sentences around it, which ask for the line that `answerLine` asks for. */
function bareQuestion(text: string): string {
  return text
    .replace(/^Solve the following math problem[^\n]*\n+/, "")
    .replace(/\n+Remember to put your answer on its own line[^\n]*$/, "")
    .trim();
}

function filledPrompt(
  row: FileRow,
  questions: Questions | undefined,
  refuse: Refuse,
): Prompt {
  const placeholder = fieldsOf(row["_hf_placeholder"]);
  const index = placeholder["row"];
  const end = String(row["dataset"]).includes("dapo17k") ? "dapo" : "skywork";
  if (questions === undefined || !Number.isInteger(index))
    return refuse(
      `only points to row ${JSON.stringify(index ?? null)} of ${end}; complete the file by the data set's own script, or name the file of ${end} (--fill)`,
    );
  const question = questions(end, index as number);
  if (question === undefined)
    return refuse(
      `points to row ${String(index)} of ${end}, which is not there`,
    );
  const template = placeholder["question_template"];
  const bare = bareQuestion(question);
  return {
    user:
      typeof template === "string" && template.includes("{question}")
        ? template.split("{question}").join(bare)
        : bare,
  };
}

function problemOf(row: FileRow, id: string, refuse: Refuse): PythonProblem {
  const tests = fieldsOf(fieldsOf(row["verifier_metadata"])["unit_tests"]);
  const { inputs, outputs, fn_name: entry } = tests;
  if (
    !isListOfTexts(inputs) ||
    !isListOfTexts(outputs) ||
    inputs.length !== outputs.length
  )
    return refuse(
      "verifier_metadata.unit_tests must have inputs and outputs, lists of texts of one length",
    );
  const pairs = inputs.map((input, i) => ({ input, output: outputs[i]! }));
  return checkProblem(id, {
    language: "python",
    mode: typeof entry === "string" ? "functional" : "stdin",
    ...(typeof entry === "string" ? { entry } : {}),
    tests: pairs,
  });
}

function letterOf(row: FileRow, id: string, refuse: Refuse): LetterAnswer {
  const { options } = row;
  const texts =
    Array.isArray(options) && options.length > 0
      ? options.map((option) =>
          textOf(Object.values(fieldsOf(option))[0], "options", refuse),
        )
      : undefined;
  const pattern = fieldsOf(row["template_metadata"])["output_regex"];
  const data: LetterAnswer = {
    answer: textOf(row["expected_answer"], "expected_answer", refuse).trim(),
    ...(texts ? { choices: texts } : {}),
    ...(typeof pattern === "string" ? { pattern } : {}),
  };
  choicesOf(id, data);
  return data;
}

function constraintsOf(row: FileRow, refuse: Refuse): object {
  const { instruction_id_list: ids, kwargs } = row;
  if (!isListOfTexts(ids) || !Array.isArray(kwargs) || ids.length === 0)
    return refuse("instruction_id_list and kwargs must be lists");
  if (kwargs.length !== ids.length)
    refuse(
      `kwargs must be as many as the ${ids.length} instructions, got ${kwargs.length}`,
    );
  // Unknown ids and missing arguments are errors here, not at the first reward.
  ids.forEach((id, i) => constraint(id, kwargs[i] as Kwargs | null));
  return { instruction_id_list: ids, kwargs };
}

/** The calls that solve a request; arguments are JSON text in the files. */
function callsOf(row: FileRow, refuse: Refuse): object[] {
  const calls = row["ground_truth"];
  if (!Array.isArray(calls))
    return refuse("ground_truth must be a list of calls");
  return calls.map((call) => {
    const { name, arguments: args } = fieldsOf(call);
    let read: unknown = args;
    try {
      if (typeof args === "string") read = JSON.parse(args);
    } catch {
      read = undefined;
    }
    if (typeof name !== "string" || typeof read !== "object" || read === null)
      return refuse("ground_truth must have a name and arguments in each call");
    return { name, arguments: read };
  });
}

function dataOf(
  row: FileRow,
  domain: Domain,
  id: string,
  refuse: Refuse,
): unknown {
  switch (domain) {
    case "math":
      return {
        answer: textOf(row["expected_answer"], "expected_answer", refuse),
      };
    case "coding":
      return problemOf(row, id, refuse);
    case "science":
      return letterOf(row, id, refuse);
    case "instruction":
      return constraintsOf(row, refuse);
    case "agent":
      return { calls: callsOf(row, refuse) };
  }
}

/** The prompt as it is trained on, and the edits that made it. */
function edited(
  domain: Domain,
  prompt: string,
): { prompt: string; fixes: FixName[] } {
  if (domain === "math")
    return {
      prompt: `${ANSWER_LINE}\n\n${prompt}`,
      fixes: ["answerLine"],
    };
  if (domain === "science" && prompt.startsWith(CHOICE_QUESTION))
    return {
      prompt: `${CHOICE_QUESTION}, thinking step by step${prompt.slice(CHOICE_QUESTION.length)}`,
      fixes: ["stepByStep"],
    };
  return { prompt, fixes: [] };
}

/**
 * Read one row of the RL training blend (`nvidia/Nemotron-3-Nano-RL-Training-Blend`, train.jsonl) in its published columns, or of a
 * file with the same columns.
 *
 * Column → task: `responses_create_params.input` → prompt (an agent's system message → `data.system`); `expected_answer` → `data.answer`
 * (math, science, there with `options` and `template_metadata.output_regex`); `verifier_metadata.unit_tests` → tests; `instruction_id_list`,
 * `kwargs`; `ground_truth` → `data.calls`.
 *
 * Source: M2RL `data/process_rl_data.py`, paper §3.2.
 * Deviates: mathematics is asked for in a box, where their grader reads it (they ask for a bare line, and so score right answers 0);
 * options and patterns of multiple choice are kept (they drop them, so that I and J can never be right); what is not valid is an error
 * when it is read instead of a reward of 0.
 *
 * @param index  of the row inside its subset; with the subset's name it is the task's id, as the authors' `index`
 * @throws TaskError a column is missing or not of its form, an id of a constraint is unknown; names file, line and column
 * @example
 * readRlRow({ row: { responses_create_params: { input: "1 + 1?" }, expected_answer: "2" }, where: "train.jsonl:1" }, 0)
 */
export function readRlRow(
  { row, where }: PlacedRow,
  index: number,
  { edit = true, questions }: RlRowOptions = {},
): RlRow {
  const refuse: Refuse = (why) => {
    throw new TaskError(`readRlRow: ${where}: ${why}`);
  };
  const domain = domainOf(row, refuse);
  if (domain === null) return { skipped: "structuredOutputs" };
  const isPlaceholder = row["_hf_placeholder"] !== undefined;
  const { user, system } = isPlaceholder
    ? filledPrompt(row, questions, refuse)
    : promptOf(row, refuse);
  const id = `${String(row["dataset"] ?? domain)}/${index}`;
  const { prompt, fixes } = edit
    ? edited(domain, user)
    : { prompt: user, fixes: [] };
  try {
    const data = dataOf(row, domain, id, refuse) as object;
    const task: Task = {
      id,
      domain,
      kind: domain === "agent" ? "workplace" : "rlBlend",
      prompt,
      data: system === undefined ? data : { ...data, system },
    };
    return { task, fixes: isPlaceholder ? ["placeholder", ...fixes] : fixes };
  } catch (error) {
    // The domains' own checks name the task; the line is added here.
    if (!(error instanceof M2rlError) || error.message.includes(where))
      throw error;
    return refuse(error.message);
  }
}
