/** The tokenizer of the nano world: byte-level BPE on a sample of the pre-training corpus and of SFT chats. */
import { Random } from "../random.js";
import { renderSegments, trainBpe } from "../tokenizer/index.js";
import { pretrainDocument, sftBlend, type Difficulty } from "../world/index.js";

/** Documents and chats that the merges are counted on. */
const DOCUMENTS = 8000;
const CHATS = 4000;

/**
 * Train the nano tokenizer.
 *
 * @param options seed of the sample · vocabSize: tokens in all, default that of the nano model · difficulty: which world, default "easy"
 * @returns a Hugging Face `tokenizer.json`
 * @example
 * Tokenizer.fromJson(trainTokenizer({ seed: 1 })).size // 896
 */
export function trainTokenizer({
  seed,
  vocabSize = 896,
  difficulty,
}: {
  seed: number;
  vocabSize?: number;
  difficulty?: Difficulty;
}): object {
  const random = new Random(seed, "tokenizer");
  const documents = Array.from({ length: DOCUMENTS }, () =>
    pretrainDocument(random, difficulty),
  );
  const chats = sftBlend({
    total: CHATS,
    seed,
    care: 0.5,
    slip: 0.05,
    agentShare: 0.2,
    difficulty,
  }).map(({ messages }) =>
    renderSegments(messages)
      .map(({ text }) => text)
      .join(""),
  );
  return trainBpe([...documents, ...chats], { vocabSize });
}
