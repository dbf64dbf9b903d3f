/** Pre-training batches: documents joined by the end-of-text token and cut into rows. */
import { pretrainDocument } from "../domains/index.js";
import { Random } from "../random.js";
import { END_OF_TEXT, type Tokenizer } from "../tokenizer/index.js";
import type { MarkedTokens } from "./batch.js";

/**
 * The rows of one step. Documents are written until the batch is full; the last one is cut, and the next step starts with new
 * ones, so that a step depends on seed and number alone.
 *
 * @returns `rows` sequences of `length` tokens, all of them trained
 */
export function packDocuments(
  tokenizer: Tokenizer,
  seed: number,
  step: number,
  { rows, length }: { rows: number; length: number },
): MarkedTokens[] {
  const random = new Random(seed, `pretrain/${step}`);
  const end = tokenizer.id(END_OF_TEXT);
  const tokens: number[] = [];
  while (tokens.length < rows * length)
    tokens.push(end, ...tokenizer.encode(pretrainDocument(random)));
  const marks = new Array<boolean>(length).fill(true);
  return Array.from({ length: rows }, (_, r) => ({
    tokens: tokens.slice(r * length, (r + 1) * length),
    marks,
  }));
}
