/** Chats as tokens with their completion mask, and the order in which SFT sees them. */
import type { AnswerForm } from "../domains/index.js";
import { TrainError } from "../error.js";
import { Random } from "../random.js";
import {
  chatOf,
  renderSegments,
  type Message,
  type Tokenizer,
} from "../tokenizer/index.js";
import type { MaskedSequence } from "../model/index.js";

/**
 * Tokenize a chat; the completion mask covers what an assistant says, end of turn included.
 *
 * Segments are encoded one by one: each trained one starts behind a generation prompt, as it does when the model writes it.
 *
 * @param maxPositions longest sequence of the model
 * @param template     whose chat template: this library's, or that of the folder that the tokenizer was read from
 * @throws TrainError the chat is longer · TokenizerError the folder's template does not take the chat, or says not where turns end
 */
export function encodeChat(
  tokenizer: Tokenizer,
  messages: readonly Message[],
  maxPositions: number,
  template: AnswerForm["template"] = "ours",
): MaskedSequence {
  const tokens: number[] = [];
  const mask: boolean[] = [];
  const segments =
    template === "folder"
      ? chatOf(tokenizer).segments(messages)
      : renderSegments(messages);
  for (const { text, trained } of segments) {
    const ids = tokenizer.encode(text);
    tokens.push(...ids);
    mask.push(...ids.map(() => trained));
  }
  if (tokens.length > maxPositions) {
    throw new TrainError(
      `encodeChat: chat must have at most ${maxPositions} tokens, got ${tokens.length}`,
    );
  }
  return { tokens, mask };
}

/**
 * The examples of one step: epochs are shuffled one by one and run into each other.
 *
 * Depends on seed and step alone.
 */
export function sftBatch<T>(
  examples: readonly T[],
  seed: number,
  step: number,
  batchSize: number,
): T[] {
  const orders = new Map<number, T[]>();
  return Array.from({ length: batchSize }, (_, i) => {
    const position = step * batchSize + i;
    const epoch = Math.floor(position / examples.length);
    if (!orders.has(epoch))
      orders.set(
        epoch,
        new Random(seed, `sft/epoch/${epoch}`).shuffle(examples),
      );
    return orders.get(epoch)![position % examples.length]!;
  });
}
