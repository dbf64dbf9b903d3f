/**
 * Checking tasks: is a claimed answer right? They stand for the paper's math proofs, and are the only form of judging that
 * a nano model learnt: solve again in lines, subtract, and read the verdict off the difference.
 */
import { TaskError } from "../error.js";
import type { Random } from "../random.js";
import type { Message } from "../tokenizer/message.js";
import { reason as reasonMath } from "./math/reason.js";
import { reason as reasonScience } from "./science/reason.js";
import { slipped, terseSlip } from "./slip.js";
import type { DemonstrationOptions, Task } from "./task.js";

/** A task together with an answer that somebody claims. */
export interface Check {
  task: Task;
  claimed: number;
  /** Whether the claimed answer is right. */
  right: boolean;
  /** Text of the user message. */
  prompt: string;
}

/** Kinds of tasks that can be checked: those whose answer is one number. */
export const CHECKABLE: Readonly<
  Record<"math" | "science", readonly string[]>
> = {
  math: ["chain", "equation"],
  science: ["formula", "chain", "molar"],
};

function solve(
  task: Task,
  random: Random,
  slip: number,
): { lines: string[]; answer: number } {
  const { lines, answer } =
    task.domain === "math"
      ? reasonMath(task, random, slip)
      : reasonScience(task, random, slip);
  return { lines, answer: Number(answer) };
}

/**
 * The user message of a check.
 *
 * @example
 * checkPrompt("Solve 3x+5=20.", 5) // "Check: Solve 3x+5=20. Claimed answer: 5"
 */
export function checkPrompt(problem: string, claimed: number | string): string {
  return `Check: ${problem} Claimed answer: ${claimed}`;
}

/**
 * Make a check of a task: with probability 1/2 the claim is right, else it is what slipping steps lead to.
 *
 * @throws TaskError the task's answer is not a number
 */
export function makeCheck(task: Task, random: Random): Check {
  if (
    !(task.domain === "math" || task.domain === "science") ||
    !CHECKABLE[task.domain].includes(task.kind)
  ) {
    throw new TaskError(
      `makeCheck: task must have a number as its answer, got ${task.domain} ${task.kind}`,
    );
  }
  const { answer } = solve(task, random, 0);
  const right = random.chance(0.5);
  let claimed = answer;
  if (!right) {
    claimed = solve(task, random, 0.3).answer;
    if (claimed === answer) claimed = slipped(answer, random);
  }
  return { task, claimed, right, prompt: checkPrompt(task.prompt, claimed) };
}

/**
 * The demonstrator's answer to a check: reasoning lines, the difference, and "Verdict: correct" or "Verdict: incorrect".
 */
export function demonstrateCheck(
  check: Check,
  random: Random,
  { careful, slip }: DemonstrationOptions,
): Message {
  const { lines, answer } = solve(
    check.task,
    random,
    careful ? slip : terseSlip(slip, 5),
  );
  const difference = check.claimed - answer;
  const reasoning = careful
    ? [...lines, `${check.claimed}-${answer}=${difference}`].join("\n")
    : "";
  return {
    role: "assistant",
    reasoning,
    content: `Verdict: ${difference === 0 ? "correct" : "incorrect"}`,
  };
}

/** The verdict after the last `</think>` of a completion, or null when it does not say one. */
export function readVerdict(
  completion: string,
): "correct" | "incorrect" | null {
  const end = completion.lastIndexOf("</think>");
  if (end < 0) return null;
  const found = [
    ...completion.slice(end).matchAll(/Verdict: *(correct|incorrect)\b/g),
  ].at(-1);
  return (found?.[1] as "correct" | "incorrect" | undefined) ?? null;
}
