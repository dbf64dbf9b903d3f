/** Pre-training batches: whole documents, each between two end-of-text tokens. */
import { Random } from "../random.js";
import { END_OF_TEXT, type Tokenizer } from "../tokenizer/index.js";
import type { MaskedSequence } from "../model/index.js";
import { pretrainDocument, type Difficulty } from "../world/index.js";

/**
 * The documents of one step.
 *
 * Rows are whole documents that start at position 0, as prompts do later, and are not packed into rows of equal length: with
 * documents of 70 tokens, rows of 192 would show a fifth of all tokens without the start of their document.
 * A step depends on seed and number alone.
 *
 * @param tokensPerStep  documents are written until they have so many tokens
 * @param maxPositions   longest sequence of the model; a longer document is cut
 * @param difficulty     world that the documents come from; default "easy"
 */
export function pretrainBatch(
  tokenizer: Tokenizer,
  seed: number,
  step: number,
  tokensPerStep: number,
  maxPositions: number,
  difficulty?: Difficulty,
): MaskedSequence[] {
  const random = new Random(seed, `pretrain/${step}`);
  const end = tokenizer.id(END_OF_TEXT);
  const rows: MaskedSequence[] = [];
  for (let count = 0; count < tokensPerStep;) {
    const document = tokenizer.encode(pretrainDocument(random, difficulty));
    const tokens = [end, ...document, end].slice(0, maxPositions);
    rows.push({ tokens, mask: tokens.map(() => true) });
    count += tokens.length;
  }
  return rows;
}
