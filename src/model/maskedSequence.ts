/** The one form of a sequence that is trained on or scored: token ids with a completion mask. */

/** Tokens with a completion mask. */
export interface MaskedSequence {
  readonly tokens: readonly number[];
  /**
   * True for each token that counts: what the policy sampled, or what an assistant says. As long as `tokens`; entry 0 is ignored, since
   * nothing predicts the first token.
   */
  readonly mask: readonly boolean[];
}
