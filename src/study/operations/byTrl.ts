/** What the note of a stage says of a model that TRL trained. */
import type { TrlResult } from "../../cluster/index.js";
import type { Facts } from "../run/job.js";

/** Tokens, TRL's versions, and what no count holds. */
export function trlFacts(
  { tokens, versions }: TrlResult,
  { processes = 1 }: { processes?: number },
): Facts {
  return {
    tokens,
    trainer: { name: "trl", processes, versions },
    notCounted: [
      "padding",
      "log-probabilities for TRL's own metrics",
      "reloading after a resume",
    ],
  };
}
