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

/** Number of tokens of all rows: those that a pass over them reads. */
export function sumTokens(rows: readonly MaskedSequence[]): number {
  return rows.reduce((sum, { tokens }) => sum + tokens.length, 0);
}

/** Number of tokens under the completion mask, the first aside: those that a row trains. */
export function completionLength({ mask }: MaskedSequence): number {
  let count = 0;
  for (let t = 1; t < mask.length; t++) if (mask[t]) count++;
  return count;
}

/** One value for each completion token of some rows, row after row: the order of all (N) tensors. */
export function overCompletion<Row extends MaskedSequence>(
  rows: readonly Row[],
  value: (row: Row, rowIndex: number, t: number) => number,
): number[] {
  return rows.flatMap((row, r) => {
    const values: number[] = [];
    for (let t = 1; t < row.mask.length; t++)
      if (row.mask[t]) values.push(value(row, r, t));
    return values;
  });
}
