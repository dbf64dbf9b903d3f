/** The noisy demonstrator of instruction tasks: drafts with every word numbered, so that counting is reasoning. */
import { instructionData } from "../../domains/instruction/data.js";
import type { Task } from "../../domains/index.js";
import { TaskError } from "../../error.js";
import type { Random } from "../../random.js";
import type { Message } from "../../tokenizer/message.js";
import { terseSlip } from "../slip.js";
import type { DemonstrationOptions } from "../spec.js";
import { compose, planText, type Plan } from "./compose.js";

// A guess forgets six times as often as a draft, and hits an exact length only now and then.
const TERSE_SLIP = 6;
const TERSE_MISCOUNT = 0.6;

/**
 * Write an answer: careful with a numbered draft in the reasoning, or by a shortcut with a draft whose words nobody counts; terse without.
 *
 * Each slip forgets one constraint or miscounts by a word or two.
 *
 * @throws TaskError the task holds a constraint that has no toy demonstration
 */
export function demonstrate(
  task: Task,
  random: Random,
  { careful, slip, shortcut }: DemonstrationOptions,
): Message[] {
  const data = instructionData(task);
  if (data.topic === undefined) {
    throw new TaskError(
      `instruction: demonstration needs a toy task with a topic, got ${JSON.stringify(task.id)}`,
    );
  }
  const rate = careful ? slip : terseSlip(slip, TERSE_SLIP);
  const forgotten = new Set(
    [...new Set(data.instruction_id_list)].filter(() => random.chance(rate)),
  );
  const miscount = random.chance(careful ? slip : TERSE_MISCOUNT)
    ? random.pick([-2, -1, -1, 1, 1, 2])
    : 0;
  const plan = planText(data, forgotten);
  const text = compose(plan, data.topic, random, miscount);
  return [
    {
      role: "assistant",
      reasoning: careful ? draft(plan, text, shortcut) : "",
      content: text,
    },
  ];
}

/** The reasoning: the wishes about words and the numbered text where shortcuts are told apart, the text alone by a shortcut. */
function draft(plan: Plan, text: string, shortcut?: boolean): string {
  if (shortcut === undefined) return numbered(text);
  return shortcut ? text : [wishes(plan), numbered(text)].join("\n").trim();
}

/** What is asked of the words, in one line: "use cook cook; no the; end thank you; 6-6". */
function wishes({ required, banned, first, end, least, most }: Plan): string {
  const parts: [string, readonly string[]][] = [
    ["use", required],
    ["no", [...banned]],
    ["first", first === undefined ? [] : [first]],
    ["end", end],
  ];
  const said = parts.flatMap(([name, words]) =>
    words.length > 0 ? [`${name} ${words.join(" ")}`] : [],
  );
  if (least > 0 || most < Infinity)
    said.push(`${least || ""}-${most < Infinity ? most : ""}`);
  return said.join("; ");
}

/**
 * The text with its number behind every word: "The1 red2 dog3". Behind and without a space, so that a word is the same token as
 * in the answer, and the count is known at the moment when the text may end.
 */
export function numbered(text: string): string {
  let n = 0;
  return text.replace(/[A-Za-z]+/gu, (word) => `${word}${++n}`);
}
