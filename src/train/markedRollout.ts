/** A rollout as training sees it. */
import type { Rollout } from "../rollout/index.js";
import type { MarkedTokens } from "./batch.js";

/** Prompt and completion, token for token as the model saw and wrote them; only what it sampled is marked. */
export function markedRollout({
  promptTokens,
  tokens,
  sampled,
}: Rollout): MarkedTokens {
  return {
    tokens: [...promptTokens, ...tokens],
    marks: [...promptTokens.map(() => false), ...sampled],
  };
}
