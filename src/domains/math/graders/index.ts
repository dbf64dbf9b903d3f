/**
 * graders: named ways to judge a mathematical answer, each at parity with its reference.
 *
 * They differ where people differ: is 2/4 right for 1/2, is 50 % right for 50, is [1, 2) right for (1, 2]? Nothing is "the" grader
 * of mathematics; a score is only comparable with scores of the same grader, so every grade says which one it is from.
 *
 * Exports: `GRADERS`, `gradeMath`, the types `Grade`, `GradeOutcome`, `GradeOptions`, `GraderName`, and each grader by name.
 */
import { TaskError } from "../../../error.js";
import { hint } from "../../../nearest.js";
import { gradeDapo } from "./dapo.js";
import { gradeDeepscaler } from "./deepscaler.js";
import { gradeExact } from "./exact.js";
import type { Grade, GradeOptions, GraderName } from "./grade.js";
import { gradeMathVerify } from "./mathVerify/index.js";
import { gradeQwen, gradeQwq } from "./qwq.js";

export type { Grade, GradeOptions, GradeOutcome, GraderName } from "./grade.js";
export {
  gradeDapo,
  gradeDeepscaler,
  gradeExact,
  gradeMathVerify,
  gradeQwen,
  gradeQwq,
};

/** One grader: what it is, and how it judges. */
export interface Grader {
  name: GraderName;
  /** One line for `--help` and tables. */
  about: string;
  /** Whether the authors' or the paper's training uses it, or neither. */
  source: string;
  grade(reference: string, completion: string, options?: GradeOptions): Grade;
}

/** All graders; the first is the default. */
export const GRADERS: readonly Grader[] = [
  {
    name: "mathVerify",
    about:
      "LaTeX or numbers anywhere, compared as mathematics; right most often",
    source: "Math-Verify 0.9.0",
    grade: gradeMathVerify,
  },
  {
    name: "qwq",
    about:
      "last box, else the last number; relative tolerance 1e-4, percent forgiven",
    source: "QwQ / Qwen2.5-Math evaluator: what the paper says",
    grade: gradeQwq,
  },
  {
    name: "deepscaler",
    about: "last box only; unreduced fractions are wrong",
    source: "PRM800K's grader as in DeepScaleR: what the authors' code runs",
    grade: gradeDeepscaler,
  },
  {
    name: "dapo",
    about: 'line after "Answer:", letter by letter',
    source: "verl 0.9.1 math_dapo",
    grade: gradeDapo,
  },
  {
    name: "exact",
    about: "last box, as text or one written number, nothing evaluated",
    source: "this library",
    grade: gradeExact,
  },
];

/**
 * Judge a completion by a named grader.
 *
 * @param name        of `GRADERS`
 * @param reference   the right answer
 * @param completion  what the model wrote, without its reasoning
 * @throws TaskError the grader is unknown
 * @example
 * gradeMath("mathVerify", "1/2", "The answer is $0.5$.").outcome // "right"
 */
export function gradeMath(
  name: string,
  reference: string,
  completion: string,
  options: GradeOptions = {},
): Grade {
  const grader = GRADERS.find((row) => row.name === name);
  if (!grader) {
    const names = GRADERS.map((row) => row.name);
    throw new TaskError(
      `gradeMath: unknown grader ${JSON.stringify(name)}; ${hint(name, names)}`,
    );
  }
  return grader.grade(reference, completion, options);
}
