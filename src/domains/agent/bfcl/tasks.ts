/** BFCL's rows as tasks, and the verdict on what a model wrote for one. */
import { TaskError } from "../../../error.js";
import { parseToolCalls } from "../../../tokenizer/index.js";
import type { ParsedToolCall } from "../../../tokenizer/parseToolCalls.js";
import type { EpisodeCall } from "../environments/index.js";
import { correct, noAnswer, wrong } from "../../gate.js";
import type { Task, Verdict } from "../../task.js";
import type { LongContext } from "./backends/bfclClass.js";
import {
  checkCalls,
  type BfclAnswer,
  type BfclFunction,
  type BfclKind,
  type BfclLanguage,
} from "./checkCalls.js";
import {
  checkTurns,
  instances,
  readBfclCall,
  type BfclCall,
  type MultiTurnTask,
} from "./multiTurn.js";
import { BFCL_CATEGORIES, type BfclCategory } from "./overall.js";

/** Data of a task of one turn. */
export interface BfclSingleData {
  bfcl: BfclCategory;
  functions: BfclFunction[];
  answers: BfclAnswer[];
}

/** Data of a task of several turns. */
export interface BfclMultiData extends Omit<MultiTurnTask, "id"> {
  bfcl: BfclCategory;
  /** For each turn the calls of the published answer, as texts. */
  answers: string[][];
}

/** A verdict, with what is known of each call. */
export interface CallVerdict extends Verdict {
  calls: EpisodeCall[];
}

/** More steps than this in one turn fail: there the model is stopped. */
const MOST_STEPS = 20;

/** More calls than this in one step are not run: a completion cannot ask for unbounded work. */
const MOST_CALLS = 64;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isMulti = (category: BfclCategory): boolean =>
  category.startsWith("multi_turn_");

/** What a category's check asks for; a category of parallel calls of several functions is checked like one of one. */
function kindOf(category: BfclCategory): BfclKind {
  if (category.endsWith("irrelevance")) return "irrelevance";
  if (category.endsWith("relevance")) return "relevance";
  if (category.includes("parallel")) return "parallel";
  return category.endsWith("multiple") ? "multiple" : "simple";
}

const languageOf = (category: BfclCategory): BfclLanguage =>
  category === "java" || category === "javascript" ? category : "python";

/** The text of the first user message. */
function promptOf(question: unknown): string | null {
  const message = [question].flat(3).find((one) => {
    const { role } = (one ?? {}) as { role?: unknown };
    return role === "user";
  }) as { content?: unknown } | undefined;
  return typeof message?.content === "string" ? message.content : null;
}

/**
 * A task out of a published row and its possible answer.
 *
 * @param category  where the row comes from
 * @param row       of `BFCL_v4_<category>.json` (there simple, java and javascript are called simple_python, simple_java, simple_javascript)
 * @param answer    of the file of the same name in `possible_answer/`; undefined for irrelevance and relevance, which have none
 * @throws TaskError a field is missing or not of its form; names the row
 * @example
 * readBfclTask("irrelevance", { id: "irrelevance_0", question: [[{ role: "user", content: "Hi" }]], function: [] }).prompt   // "Hi"
 */
export function readBfclTask(
  category: BfclCategory,
  row: Readonly<Record<string, unknown>>,
  answer?: Readonly<Record<string, unknown>>,
): Task<"agent"> {
  const refuse = (why: string): never => {
    throw new TaskError(
      `readBfclTask: ${category} row ${JSON.stringify(row.id ?? null)}: ${why}`,
    );
  };
  const { id } = row;
  if (typeof id !== "string") return refuse("id must be a text");
  const prompt = promptOf(row.question);
  if (prompt === null) return refuse("question must hold a user message");
  const none = kindOf(category).endsWith("relevance");
  const answers = none ? [] : answer?.ground_truth;
  if (!Array.isArray(answers)) return refuse("ground_truth must be a list");
  if (answer !== undefined && answer.id !== id)
    return refuse(`the answer is of row ${JSON.stringify(answer.id ?? null)}`);
  const task = { id, domain: "agent" as const, kind: category, prompt };
  if (!isMulti(category)) {
    if (!Array.isArray(row.function)) return refuse("function must be a list");
    const functions: unknown = row.function;
    return { ...task, data: { bfcl: category, functions, answers } };
  }
  const { involved_classes, initial_config } = row;
  if (!Array.isArray(involved_classes) || !isObject(initial_config))
    return refuse("involved_classes must be a list, initial_config an object");
  const data = { bfcl: category, involved_classes, initial_config, answers };
  return { ...task, data };
}

/** Whether a task is one of BFCL's. */
export function isBfclTask(task: Task): boolean {
  const { data } = task;
  return (
    isObject(data) &&
    typeof data.bfcl === "string" &&
    Object.hasOwn(BFCL_CATEGORIES, data.bfcl)
  );
}

/** What was read of one step, and of what could not be read. */
function readStep(
  text: string,
  turn: number,
  notes: EpisodeCall[],
): ParsedToolCall[] {
  const { calls, errors } = parseToolCalls(text);
  for (const error of errors)
    notes.push({ turn, name: null, error, repaired: false });
  return calls;
}

function gradeSingle(data: BfclSingleData, text: string): CallVerdict {
  const notes: EpisodeCall[] = [];
  const calls = readStep(text, 1, notes);
  for (const { name, repaired = false } of calls)
    notes.push({ turn: 1, name, error: null, repaired });
  const kind = kindOf(data.bfcl);
  const fault = checkCalls(kind, data.functions, calls, data.answers, {
    language: languageOf(data.bfcl),
  });
  if (fault === null) return { ...correct(), calls: notes };
  const isSilent = calls.length === 0;
  return {
    ...(isSilent ? noAnswer(notes[0]?.error ?? "no tool call") : wrong(fault)),
    calls: notes,
  };
}

function gradeMulti(
  id: string,
  data: BfclMultiData,
  turns: readonly (readonly string[])[],
  long: LongContext | null,
): CallVerdict {
  const notes: EpisodeCall[] = [];
  const task: MultiTurnTask = { ...data, id };
  const session = instances(task, long);
  let excess: string | null = null;
  const called = turns.map((steps, i): BfclCall[] => {
    if (steps.length > MOST_STEPS)
      excess ??= `turn ${i + 1}: more than ${MOST_STEPS} steps`;
    return steps.slice(0, MOST_STEPS).flatMap((step) => {
      const calls = readStep(step, i + 1, notes);
      if (calls.length > MOST_CALLS)
        excess ??= `turn ${i + 1}: more than ${MOST_CALLS} calls in a step`;
      return calls.slice(0, MOST_CALLS).map(({ repaired = false, ...call }) => {
        const error = session.call(call).fault;
        notes.push({ turn: i + 1, name: call.name, error, repaired });
        return call;
      });
    });
  });
  const answers = data.answers.map((turn) => turn.map(readBfclCall));
  const fault = excess ?? checkTurns(task, called, answers, { long });
  if (fault === null) return { ...correct(), calls: notes };
  const isSilent = called.every((turn) => turn.length === 0);
  return {
    ...(isSilent ? noAnswer(notes[0]?.error ?? "no tool call") : wrong(fault)),
    calls: notes,
  };
}

/**
 * Grade what a model wrote for a task of BFCL.
 *
 * Source: `ast_checker`, `multi_turn_checker` and the decoding of Qwen3's tool calls in bfcl-eval.
 * Deviates: a call that is no JSON is repaired where `parseToolCalls` can (and marked); one bad call does not hide the others; more than
 * 64 calls in a step fail.
 *
 * @param task   from `readBfclTask`
 * @param turns  for each user turn the model's steps as texts; a task of one turn has one step
 * @param long   what the long-context category adds, from `readLongContext`
 * @throws TaskError the task is not one of BFCL's, or is of the long-context category and `long` is null
 */
export function gradeBfcl(
  task: Task,
  turns: readonly (readonly string[])[],
  long: LongContext | null = null,
): CallVerdict {
  if (!isBfclTask(task))
    throw new TaskError(
      `gradeBfcl: task ${JSON.stringify(task.id)} must be one of BFCL's`,
    );
  const data = task.data as BfclSingleData | BfclMultiData;
  return isMulti(data.bfcl)
    ? gradeMulti(task.id, data as BfclMultiData, turns, long)
    : gradeSingle(data as BfclSingleData, turns.flat().at(-1) ?? "");
}
