/** The verdict on what a model wrote for a task of BFCL. */
import { parseToolCalls } from "../../../tokenizer/index.js";
import type { ParsedToolCall } from "../../../tokenizer/parseToolCalls.js";
import type { EpisodeCall } from "../environments/index.js";
import { correct, noAnswer, wrong } from "../../gate.js";
import type { Task, Verdict } from "../../task.js";
import type { LongContext } from "./backends/bfclClass.js";
import { checkCalls } from "./checkCalls.js";
import {
  bfclData,
  isMulti,
  kindOf,
  languageOf,
  type BfclMultiData,
  type BfclSingleData,
} from "./data.js";
import {
  checkTurns,
  instances,
  readBfclCall,
  type BfclCall,
  type MultiTurnTask,
} from "./multiTurn.js";

/** A verdict, with what is known of each call. */
export interface CallVerdict extends Verdict {
  calls: EpisodeCall[];
}

/** More steps than this in one turn fail: there the model is stopped. */
export const MOST_STEPS = 20;

/** More calls than this in one step are not run: a completion cannot ask for unbounded work. */
export const MOST_CALLS = 64;

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
 * @throws TaskError the task is not one of BFCL's, a part of it is not of its form, or it is of the long-context category and `long` is null
 */
export function gradeBfcl(
  task: Task,
  turns: readonly (readonly string[])[],
  long: LongContext | null = null,
): CallVerdict {
  const data = bfclData(task);
  return isMulti(data.bfcl)
    ? gradeMulti(task.id, data as BfclMultiData, turns, long)
    : gradeSingle(data as BfclSingleData, turns.flat().at(-1) ?? "");
}
