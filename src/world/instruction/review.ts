/** Reviews of texts: words are numbered, what each constraint asks for is counted. */
import {
  constraint,
  type Kwargs,
} from "../../domains/instruction/constraints/index.js";
import { instructionData } from "../../domains/instruction/data.js";
import { spec } from "../../domains/index.js";
import { TaskError } from "../../error.js";
import type { ReviewSpec } from "../spec.js";
import { demonstrate, numbered } from "./demonstrate.js";

function wordsOf(text: string): string[] {
  return text.match(/[A-Za-z]+/g) ?? [];
}

function occurs(text: string, word: unknown): string {
  const own = wordsOf(text).filter(
    (each) => each.toLowerCase() === String(word).toLowerCase(),
  );
  return `${String(word)} ${own.length}`;
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

function ends(text: string): string {
  const words = wordsOf(text);
  return `${words[0] ?? ""} ${words.at(-1) ?? ""}`;
}

/** What a reviewer counts for a constraint, and what it asks for. */
const COUNTS: Readonly<
  Record<string, (text: string, kwargs: Kwargs) => string>
> = {
  "keywords:existence": (text, { keywords }) =>
    (keywords as string[]).map((word) => occurs(text, word)).join(" "),
  "keywords:frequency": (text, { keyword, frequency }) =>
    `${occurs(text, keyword)} at least ${String(frequency)}`,
  "keywords:forbidden_words": (text, { forbidden_words: words }) =>
    (words as string[]).map((word) => `${occurs(text, word)}`).join(" "),
  "change_case:english_lowercase": (text) =>
    `capitals ${count(text, /[A-Z]/g)}`,
  "startend:end_checker": (text, { end_phrase: phrase }) => {
    const length = String(phrase).split(" ").length;
    return `end ${wordsOf(text).slice(-length).join(" ")}`;
  },
  "startend:quotation": (text) => `quotes ${count(text, /"/g)}`,
  "punctuation:no_comma": (text) => `commas ${count(text, /,/g)}`,
  "detectable_format:number_bullet_lists": (text, { num_bullets: asked }) =>
    `bullets ${count(text, /^\* /gm)} of ${String(asked)}`,
  "detectable_format:title": (text) => `titles ${count(text, /<<[^<>]+>>/g)}`,
  "length_constraints:number_words": (text, { num_words: asked, relation }) =>
    `words ${wordsOf(text).length} ${String(relation)} ${String(asked)}`,
  "first_word:first_word_answer": (text, { first_word: asked }) =>
    `first ${wordsOf(text)[0] ?? ""} of ${String(asked)}`,
  "keywords:word_once": (text, { keyword }) => occurs(text, keyword),
  "keywords:exclude_word_harder": (text, { keyword }) => occurs(text, keyword),
  "paragraphs:paragraphs2": (text) =>
    `paragraphs ${count(text, /\n\n/g) + 1} of 2`,
  "words:paragraph_last_first": (text) => `ends ${ends(text)}`,
  "count:word_count_range": (text, { min_words: least, max_words: most }) =>
    `words ${wordsOf(text).length} ${String(least)} to ${String(most)}`,
  "count:unique_word_count": (text, { N }) =>
    `different ${new Set(wordsOf(text).map((word) => word.toLowerCase())).size} at least ${String(N)}`,
};

function draftOf(text: string): string[] {
  return numbered(text)
    .split("\n")
    .filter((line) => line !== "");
}

/** How texts are reviewed: by counting what each constraint asks for. */
export const review: ReviewSpec = {
  fits(task) {
    if (task.domain !== "instruction") return false;
    const { topic, instruction_id_list: ids } = instructionData(task);
    return topic !== undefined && ids.every((id) => Object.hasOwn(COUNTS, id));
  },
  answer(task, random, slip) {
    const [message] = demonstrate(task, random, { careful: true, slip });
    const claim = (message as { content: string }).content;
    return { lines: draftOf(claim), claim };
  },
  read: (_, answer) => (answer.trim() === "" ? null : answer.trim()),
  isRight: (task, claim) =>
    spec("instruction").verify(task, `</think>\n\n${claim}`, "stop").reward ===
    1,
  rightLines: (_, claim) => draftOf(claim),
  examine(task, claim, isWalked) {
    const { instruction_id_list: ids, kwargs } = instructionData(task);
    const counted = ids.map((id, i) => {
      const own = kwargs[i] ?? {};
      if (!Object.hasOwn(COUNTS, id))
        throw new TaskError(`instruction: no count for ${JSON.stringify(id)}`);
      const holds = constraint(id, own, { detectLanguage: false })(claim);
      return `${COUNTS[id]!(claim, own)} ${holds ? "ok" : "wrong"}`;
    });
    return isWalked ? counted : [...draftOf(claim), ...counted];
  },
};
