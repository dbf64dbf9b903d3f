/** Judging an answer: what the judge is shown, and what its words mean. */
import { spec, type FinishReason, type Task } from "../domains/index.js";
import {
  checkableKinds,
  checkPrompt,
  readVerdict,
  worldSpec,
} from "../world/index.js";
import { BENCHMARKS, type BenchmarkName } from "./benchmarks.js";

/** What the judge sees: "outcome", the problem and the claimed answer; "process", the solution's lines as well. */
export type JudgeMode = "outcome" | "process";

/** Both ways of judging, in the order of the paper's Table 7. */
export const JUDGE_MODES: readonly JudgeMode[] = ["outcome", "process"];

/** What a solution claims. */
export interface Claim {
  /** The final answer. */
  claimed: number;
  /** The lines that led to it; "" where the solution shows none. */
  reasoning: string;
}

/** One judgement of one answer. */
export interface Judgement {
  /** null: the judge did not say, or was cut off. */
  verdict: "correct" | "incorrect" | null;
  /** The verdict agrees with the verifier, and the judge's last line is the true difference between the claim and the answer. */
  sound: boolean;
  /** Sampled tokens. */
  tokens: number;
  /** What the judge wrote; only where it was asked to be kept. */
  completion?: string;
}

/**
 * Benchmarks whose answers can be judged: all their kinds of tasks have one number as answer, the only form of checking that
 * base and SFT data teach.
 *
 * @example
 * judgeableBenchmarks() // ["aime24", "aime25", "hle"]
 */
export function judgeableBenchmarks(): BenchmarkName[] {
  return BENCHMARKS.filter(({ domain, includes }) =>
    worldSpec(domain)
      .kinds.filter(includes)
      .every(({ name }) => checkableKinds(domain).includes(name)),
  ).map(({ name }) => name);
}

/**
 * The final answer of a completion and the lines before it; null where it was cut off or ends in no whole number.
 */
export function readClaim(
  task: Task,
  completion: string,
  finish: FinishReason,
): Claim | null {
  const end = completion.lastIndexOf("</think>");
  if (finish === "length" || end < 0) return null;
  const rest = completion.slice(end + "</think>".length);
  const answer = spec(task.domain).finalAnswer?.(rest) ?? null;
  if (answer === null || !/^-?\d{1,15}$/.test(answer.trim())) return null;
  const reasoning = completion.slice(0, end).replace("<think>", "").trim();
  return { claimed: Number(answer), reasoning };
}

/**
 * The user message of a judgement.
 *
 * Source: paper §3.6 says what either judge observes and prints no prompt. Ours is the check of base and SFT data
 * (`checkPrompt`), which hold both modes: for "process" the solution's lines stand behind the problem, in one line. A solution
 * without lines leaves nothing to show, and its two prompts are the same.
 *
 * @example
 * judgePrompt("Solve 3x+5=20.", { claimed: 4, reasoning: "3x=20-5=15\nx=15/3=4" }, "process")
 * // "Check: Solve 3x+5=20. 3x=20-5=15 x=15/3=4 Claimed answer: 4"
 */
export function judgePrompt(
  problem: string,
  { claimed, reasoning }: Claim,
  mode: JudgeMode,
): string {
  return checkPrompt(problem, claimed, mode === "process" ? reasoning : "");
}

/**
 * What a judge's completion says of a claim.
 *
 * A verdict is sound when it is right and its reasoning ends in the line `claimed-answer=difference` with the true answer and
 * the true difference: the judge has solved the task again, and not guessed.
 *
 * @param task   the task, whose answer is a number
 * @param right  the verifier's word on the claim
 */
export function readJudgement(
  task: Task,
  claimed: number,
  right: boolean,
  completion: string,
  finish: FinishReason,
): Omit<Judgement, "tokens"> {
  const verdict = finish === "length" ? null : readVerdict(completion);
  const { answer } = task.data as { answer: number };
  const last = completion
    .slice(0, Math.max(0, completion.lastIndexOf("</think>")))
    .trim()
    .split("\n")
    .at(-1);
  const agrees = verdict === (right ? "correct" : "incorrect");
  const solved = last === `${claimed}-${answer}=${claimed - answer}`;
  return { verdict, sound: agrees && solved };
}
