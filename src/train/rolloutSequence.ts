/** A rollout as training sees it. */
import type { Rollout } from "../rollout/index.js";
import type { MaskedSequence } from "../model/index.js";

/** Prompt and completion, token for token as the model saw and wrote them; only what it sampled is marked. */
export function rolloutSequence({
  promptTokens,
  tokens,
  sampled,
}: Rollout): MaskedSequence {
  return {
    tokens: [...promptTokens, ...tokens],
    mask: [...promptTokens.map(() => false), ...sampled],
  };
}
