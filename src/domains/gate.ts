/** The gate before every single-turn verifier: what must be true of a completion before its answer is looked at. */
import type { FinishReason, Verdict } from "./task.js";

/** A correct verdict. */
export function correct(detail?: string): Verdict {
  return detail === undefined
    ? { reward: 1, outcome: "correct" }
    : { reward: 1, outcome: "correct", detail };
}

/** A wrong answer; `detail` says why in one line. */
export function wrong(detail: string): Verdict {
  return { reward: 0, outcome: "wrong", detail };
}

/** A completion in which no answer of the required form stands. */
export function noAnswer(detail: string): Verdict {
  return { reward: 0, outcome: "noAnswer", detail };
}

/** What was cut off earns nothing, whatever stands there. */
export function truncated(): Verdict {
  return {
    reward: 0,
    outcome: "truncated",
    detail: "stopped at the token limit",
  };
}

/**
 * Grade a completion behind the gate: a truncated completion is never graded, `</think>` must occur, and only the
 * text after the last `</think>` is the answer.
 *
 * Source: M2RL `rm_hub/__init__.py`: the paper's format reward is this gate, not an added term.
 * Deviates: truncated completions are a separate outcome, graded by nobody; the authors grade what stands there.
 *
 * @param completion  everything after the assistant header, without the end-of-turn token
 * @param grade       the domain's own grading of the trimmed, non-empty answer
 */
export function gate(
  completion: string,
  finish: FinishReason,
  grade: (answer: string) => Verdict,
): Verdict {
  if (finish === "length") return truncated();
  const end = completion.lastIndexOf("</think>");
  if (end < 0) return noAnswer("no </think>");
  const answer = completion.slice(end + "</think>".length).trim();
  return answer === "" ? noAnswer("nothing after </think>") : grade(answer);
}
