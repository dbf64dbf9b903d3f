/** The pre-training corpus of the nano base model: an endless stream of short documents, all of the train split. */
import { DOMAINS, taskMessages, type Domain } from "../domains/index.js";
import type { Random } from "../random.js";
import { renderAssistant, renderSegments } from "../tokenizer/index.js";
import type { Message } from "../tokenizer/message.js";
import { BLEND, levelOf, PROOFS, sftExample } from "./blend.js";
import {
  arithmeticDrill,
  checkDrill,
  factDrill,
  hardArithmeticDrill,
  rankingDrill,
} from "./drills.js";
import { drawTask } from "./drawTask.js";
import type { DemonstrationOptions, Difficulty } from "./spec.js";
import { worldSpec } from "./specs.js";

/** Share of the hard world's solutions that take a shortcut: a base model has seen both ways of working. */
const SHORTCUTS = 0.5;

/** How a solution of the corpus is written: right, and in the hard world by both ways of working. */
function way(random: Random, difficulty: Difficulty): DemonstrationOptions {
  return {
    ...{ careful: true, slip: 0 },
    ...(difficulty === "hard" && { shortcut: random.chance(SHORTCUTS) }),
  };
}

/** A document source and how often it is drawn, relative to the others. */
interface Part {
  weight: number;
  write: (random: Random, difficulty: Difficulty) => string;
}

function weighted<T extends { weight: number }>(
  items: readonly T[],
  random: Random,
): T {
  let rest = random.next() * items.reduce((sum, { weight }) => sum + weight, 0);
  return items.find(({ weight }) => (rest -= weight) < 0) ?? items.at(-1)!;
}

/** A message as plain text: no special tokens, tool calls and tool results as lines of JSON. */
function plain(message: Message): string {
  if (message.role !== "assistant") return message.content;
  return renderAssistant(message)
    .replace(/<\/?think>|<\/?tool_call>/g, "")
    .split("\n")
    .filter((line) => line !== "")
    .join("\n");
}

/** A chat as plain text, one message after the other. */
function plainChat(messages: readonly Message[]): string {
  return messages.map(plain).join("\n");
}

/** A task with a correct demonstration. All kinds: held-out ones are kept from RL, not from the base. */
function taskDocument(
  domain: Domain,
  random: Random,
  difficulty: Difficulty,
): string {
  const { kinds: all, levels } = worldSpec(domain);
  const kinds = all.map(({ name }) => name);
  const level = levelOf(levels[difficulty].corpus, random, difficulty);
  const task = drawTask(domain, random, { split: "train", kinds, ...level });
  const options = way(random, difficulty);
  const demonstration = worldSpec(domain).demonstrate(task, random, options);
  return plainChat([...taskMessages(task), ...demonstration]);
}

function checkDocument(random: Random, difficulty: Difficulty): string {
  const options = { careful: true, slip: 0, difficulty };
  return plainChat(sftExample(PROOFS, random, options).messages);
}

/** A chat of the SFT format, so that the base knows the format a little: by the noisy demonstrator in the easy world. */
function chatDocument(random: Random, difficulty: Difficulty): string {
  const { source } = random.pick(BLEND);
  const { messages } = sftExample(source, random, {
    ...(difficulty === "easy"
      ? { careful: random.chance(0.5), slip: 0.1 }
      : way(random, difficulty)),
    difficulty,
  });
  return renderSegments(messages)
    .map(({ text }) => text)
    .join("")
    .trimEnd();
}

const writeTask: Part["write"] = (random, difficulty) =>
  taskDocument(weighted(TASKS, random).domain, random, difficulty);

/** Percent of documents by source. */
const PARTS: Readonly<Record<Difficulty, readonly Part[]>> = {
  easy: [
    { weight: 10, write: arithmeticDrill },
    { weight: 3, write: factDrill },
    { weight: 5, write: rankingDrill },
    { weight: 5, write: checkDrill },
    { weight: 8, write: checkDocument },
    { weight: 5, write: chatDocument },
    { weight: 64, write: writeTask },
  ],
  hard: [
    { weight: 30, write: hardArithmeticDrill },
    { weight: 4, write: factDrill },
    { weight: 5, write: rankingDrill },
    { weight: 4, write: checkDrill },
    { weight: 9, write: checkDocument },
    { weight: 2, write: chatDocument },
    { weight: 46, write: writeTask },
  ],
};

/** Domains with their weights among task documents: the slow learners more often, math less, for checks solve its tasks too. */
const TASKS: readonly { domain: Domain; weight: number }[] = DOMAINS.map(
  (domain) => ({ domain, weight: worldSpec(domain).corpusWeight }),
);

/**
 * Write one pre-training document: a careful, correct solution, a drill, or now and then a noisy chat.
 *
 * @param random      source of the document; the same state gives the same text
 * @param difficulty  which world it is of; default "easy"
 * @returns plain text without an end-of-text token
 * @example
 * pretrainDocument(new Random(1, "pretrain"))
 */
export function pretrainDocument(
  random: Random,
  difficulty: Difficulty = "easy",
): string {
  return weighted(PARTS[difficulty], random).write(random, difficulty);
}
