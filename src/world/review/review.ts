/**
 * Reviewing answers of four domains: is a claim right, seen alone ("outcome") or with the lines that led to it ("process")?
 *
 * A reviewer of the outcome solves the task again: in lines and by a difference (math, science), by what the function must return for a
 * given input (coding), by numbering words and counting (instruction). A reviewer of the process walks the shown lines, each beside the
 * right one, stops at the first that is wrong and names it; only where all are right it looks at the claim. So a wrong line that leaves
 * the answer right can be seen by the second alone, which is what a planted line tests.
 *
 * `makeCheck` is the older, simpler form that the first corpora hold: numbers alone, and the same demonstration for both.
 */
import { DOMAINS, type Domain, type Task } from "../../domains/index.js";
import { TaskError } from "../../error.js";
import type { Random } from "../../random.js";
import type { Message } from "../../tokenizer/message.js";
import type { ReviewSpec } from "../spec.js";
import { worldSpec } from "../specs.js";
import { isWrong, markLine, spoilLine } from "./mark.js";

/**
 * What is wrong with an answer: nothing; steps slipped on the way to it, so that its claim is wrong; or one line is, and the claim is
 * right all the same.
 */
export type Fault = "none" | "slip" | "planted";

/** An answer as it was given. */
type ReviewedAnswer = ReturnType<ReviewSpec["answer"]>;

/** An answer to a task as a reviewer sees it. */
export interface Review {
  task: Task;
  /** What the answer claims: a number, `f(5)=16`, or a text. */
  claim: string;
  /** The lines that led to it; none where the claim is seen alone. */
  shown: readonly string[];
  /** Whether the claim is right. */
  right: boolean;
  fault: Fault;
  /** The first shown line that is wrong, from 1; null where none is. */
  wrongLine: number | null;
  /** Text of the user message. */
  prompt: string;
}

/** How a review is made. */
export interface ReviewOptions {
  /** Whether the lines are shown. */
  showLines: boolean;
  /** Default: none with probability 1/2; otherwise slip, or one time in three planted where lines are shown. */
  fault?: Fault;
}

/** Slip rate of a wrong answer: about one line in three. */
const WRONG_SLIP = 0.3;

/** Draws of a wrong answer before a task is taken to have none: most often nothing slips. */
const TRIES = 1000;

/** Domains whose answers can be reviewed. */
export const REVIEWABLE: readonly Domain[] = DOMAINS.filter(
  (domain) => worldSpec(domain).review !== undefined,
);

/**
 * Whether answers to a task can be reviewed: its answer is one number, a function that returns numbers, or a text of the small world.
 *
 * @example
 * isReviewable(drawTask("math", new Random(1), { split: "train" })) // true
 */
export function isReviewable(task: Task): boolean {
  return worldSpec(task.domain).review?.fits(task) === true;
}

function reviewSpec(task: Task): ReviewSpec {
  const { review } = worldSpec(task.domain);
  if (review?.fits(task)) return review;
  throw new TaskError(
    `review: task must have an answer that can be reviewed, got ${task.domain} ${task.kind}`,
  );
}

/**
 * The user message of a review: the problem, the numbered lines where they are shown, and the claim.
 *
 * @example
 * reviewPrompt("Solve 3x+5=20.", "5", ["3x=20-5=15", "x=15/3=5"])
 * // "Check: Solve 3x+5=20.\n1. 3x=20-5=15\n2. x=15/3=5\nClaimed answer: 5"
 */
export function reviewPrompt(
  problem: string,
  claim: string,
  lines: readonly string[] = [],
): string {
  return [
    `Check: ${problem}`,
    ...lines.map((line, i) => `${i + 1}. ${line}`),
    `Claimed answer: ${claim}`,
  ].join("\n");
}

/**
 * A review of an answer that somebody gave.
 *
 * @param answer  its lines and its claim, as `ReviewSpec.answer` or `ReviewSpec.read` give them
 * @throws TaskError answers to this task cannot be reviewed
 */
export function reviewOf(
  task: Task,
  { lines, claim }: { lines: readonly string[]; claim: string },
  { showLines, fault }: { showLines: boolean; fault?: Fault },
): Review {
  const own = reviewSpec(task);
  const right = own.isRight(task, claim);
  const shown = showLines ? lines : [];
  const first = firstWrong(shown, own.rightLines(task, claim));
  return {
    ...{ task, claim, shown, right },
    fault: fault ?? (right ? "none" : "slip"),
    wrongLine: first < 0 ? null : first + 1,
    prompt: reviewPrompt(task.prompt, claim, shown),
  };
}

function firstWrong(
  shown: readonly string[],
  right: readonly string[],
): number {
  return shown.findIndex((line, i) => isWrong(line, right[i]));
}

/**
 * Make a review of a task from an answer of the demonstrator.
 *
 * @returns null where the fault cannot be had: no claim is wrong, as of a program that gives 0 whatever slips before, or no line can be
 * @throws TaskError answers to this task cannot be reviewed
 * @example
 * makeReview(task, new Random(1), { showLines: true, fault: "planted" })?.wrongLine // 1
 */
export function makeReview(
  task: Task,
  random: Random,
  { showLines, fault = drawFault(random, showLines) }: ReviewOptions,
): Review | null {
  const right = reviewSpec(task).answer(task, random, 0);
  const answer =
    fault === "none"
      ? right
      : fault === "slip"
        ? slipped(task, random)
        : planted(right, random);
  return answer && reviewOf(task, answer, { showLines, fault });
}

/** An answer of the demonstrator whose claim is wrong. */
function slipped(task: Task, random: Random): ReviewedAnswer | null {
  const own = reviewSpec(task);
  for (let tries = 0; tries < TRIES; tries++) {
    const answer = own.answer(task, random, WRONG_SLIP);
    if (!own.isRight(task, answer.claim)) return answer;
  }
  return null;
}

function drawFault(random: Random, showLines: boolean): Fault {
  if (random.chance(0.5)) return "none";
  return showLines && random.chance(1 / 3) ? "planted" : "slip";
}

/** The answer with a mistake in one of its lines; in the last one, which shows the claim, only where there is no other. */
function planted(
  { lines, claim }: ReviewedAnswer,
  random: Random,
): ReviewedAnswer | null {
  const spoiled = lines.map((line) => spoilLine(line, random));
  const places = spoiled.flatMap((line, i) =>
    line !== null && isWrong(line, lines[i]) ? [i] : [],
  );
  const inner = places.filter((place) => place < lines.length - 1);
  if (places.length === 0) return null;
  const place = random.pick(inner.length > 0 ? inner : places);
  const shown = lines.map((line, i) => (i === place ? spoiled[i]! : line));
  return { lines: shown, claim };
}

/**
 * The demonstrator's answer to a review, which is always right.
 *
 * With lines in view it walks them: each line as it must be, the difference, "ok" or "wrong", up to the first wrong one, which the verdict
 * names ("Verdict: incorrect, line 2"). Without, or where all lines are right, it examines the claim.
 */
export function demonstrateReview({
  task,
  claim,
  shown,
  right,
  wrongLine,
}: Review): Message {
  const own = reviewSpec(task);
  const truth = shown.length > 0 ? own.rightLines(task, claim) : [];
  const walked = shown
    .slice(0, wrongLine ?? shown.length)
    .map((line, i) => `${i + 1}. ${markLine(line, truth[i])}`);
  const examined =
    wrongLine === null ? own.examine(task, claim, shown.length > 0) : [];
  const verdict =
    wrongLine !== null
      ? `incorrect, line ${wrongLine}`
      : right
        ? "correct"
        : "incorrect";
  return {
    role: "assistant",
    reasoning: [...walked, ...examined].join("\n"),
    content: `Verdict: ${verdict}`,
  };
}

/**
 * The line that a verdict names, from 1; null where it names none.
 *
 * @example
 * readWrongLine("<think>\n1. …\n</think>\n\nVerdict: incorrect, line 2") // 2
 */
export function readWrongLine(completion: string): number | null {
  const rest = completion.slice(completion.lastIndexOf("</think>"));
  const found = [...rest.matchAll(/Verdict: *incorrect, line (\d{1,3})\b/g)].at(
    -1,
  );
  return found ? Number(found[1]) : null;
}
