/**
 * Checking tasks: is a claimed answer right, seen alone or with the lines that led to it? They stand for the paper's math
 * proofs, and are the only form of judging that a nano model learnt: solve again in lines, subtract, and read the verdict off the
 * difference.
 */
import { DOMAINS, type Domain, type Task } from "../domains/index.js";
import { TaskError } from "../error.js";
import type { Random } from "../random.js";
import type { Message } from "../tokenizer/message.js";
import { worldSpec } from "./specs.js";

/** A task together with an answer that somebody claims. */
export interface Check {
  task: Task;
  claimed: number;
  /** The lines that led to the claim; none where only the claim is shown. */
  shown: readonly string[];
  /** Whether the claimed answer is right. */
  right: boolean;
  /** Text of the user message. */
  prompt: string;
}

/** Slip rate of a wrong solution that is to be checked: about one line in three. */
const WRONG_SLIP = 0.3;

/** Domains whose tasks can be checked. */
export const CHECKABLE: readonly Domain[] = DOMAINS.filter(
  (domain) => worldSpec(domain).checks !== undefined,
);

/**
 * The kinds of a domain's tasks that can be checked: those whose answer is one number.
 *
 * @example
 * checkableKinds("science") // ["formula", "chain", "molar"]
 */
export function checkableKinds(domain: Domain): readonly string[] {
  return worldSpec(domain).checks?.kinds ?? [];
}

/**
 * The user message of a check: the problem, the solution's lines where they are shown, and the claim.
 *
 * @param solution  lines of the solution, any white space between them; default none
 * @example
 * checkPrompt("Solve 3x+5=20.", 5) // "Check: Solve 3x+5=20. Claimed answer: 5"
 * checkPrompt("Solve 3x+5=20.", 5, "3x=20-5=15\nx=15/3=5")
 * // "Check: Solve 3x+5=20. 3x=20-5=15 x=15/3=5 Claimed answer: 5"
 */
export function checkPrompt(
  problem: string,
  claimed: number | string,
  solution = "",
): string {
  const lines = solution.split(/\s+/).filter((word) => word !== "");
  return ["Check:", problem, ...lines, `Claimed answer: ${claimed}`].join(" ");
}

/**
 * Make a check of a task: with probability 1/2 the claim is right, else steps slipped on the way to it, as a model's own do.
 *
 * @param showLines  whether the prompt shows the lines that led to the claim
 * @throws TaskError the task's answer is not a number
 */
export function makeCheck(
  task: Task,
  random: Random,
  showLines: boolean,
): Check {
  if (!checkableKinds(task.domain).includes(task.kind)) {
    throw new TaskError(
      `makeCheck: task must have a number as its answer, got ${task.domain} ${task.kind}`,
    );
  }
  const { solve } = worldSpec(task.domain).checks!;
  const truth = solve(task, random, 0);
  const right = random.chance(0.5);
  let solution = truth;
  // Slips may cancel, and most often nothing slips.
  while (!right && solution.answer === truth.answer)
    solution = solve(task, random, WRONG_SLIP);
  const { answer: claimed, lines } = solution;
  const shown = showLines ? lines : [];
  const prompt = checkPrompt(task.prompt, claimed, shown.join("\n"));
  return { task, claimed, shown, right, prompt };
}

/**
 * The demonstrator's answer to a check: the task solved again in lines, the difference, and "Verdict: correct" or "Verdict:
 * incorrect".
 *
 * It is the same with the solution's lines in view and without, and always has its lines: a verdict without them is a toss of a coin
 * that no later training improves, for no domain trains judging.
 *
 * @param slip  probability of an error per step of the new solution, in [0, 1]
 */
export function demonstrateCheck(
  check: Check,
  random: Random,
  slip: number,
): Message {
  const { task, claimed } = check;
  const { lines, answer } = worldSpec(task.domain).checks!.solve(
    task,
    random,
    slip,
  );
  const difference = claimed - answer;
  return {
    role: "assistant",
    reasoning: [...lines, `${claimed}-${answer}=${difference}`].join("\n"),
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
