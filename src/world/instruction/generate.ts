/** Draws toy prompts: a topic and one to three constraints that can be satisfied together. */
import type { Kwargs } from "../../domains/instruction/constraints/index.js";
import type { InstructionData } from "../../domains/instruction/data.js";
import type { Task } from "../../domains/index.js";
import { TaskError } from "../../error.js";
import type { Random } from "../../random.js";
import { CLOSINGS, VOCABULARY } from "./vocabulary.js";

/** One sentence of a prompt, and the constraints that it stands for (two for an exact number). */
interface Clause {
  text: string;
  constraints: [id: string, kwargs: Kwargs][];
}

/** What the clauses of one prompt share, so that they do not contradict each other. */
interface Draft {
  random: Random;
  /** Nouns that no clause has used yet. */
  nouns: string[];
  /** Fewest words that satisfy the clauses drawn so far. */
  least: number;
}

type Maker = (draft: Draft) => Clause;

const one = (text: string, id: string, kwargs: Kwargs = {}): Clause => ({
  text,
  constraints: [[id, kwargs]],
});

function numberWords({ random, least }: Draft): Clause {
  const id = "length_constraints:number_words";
  const n = random.int(Math.max(5, least), Math.max(12, least + 3));
  const atLeast = { num_words: n, relation: "at least" };
  const form = random.int(0, 2);
  if (form === 0) return one(`Use at least ${n} words.`, id, atLeast);
  if (form === 1) {
    const most = random.int(Math.max(4, least), Math.max(8, least + 1));
    return one(`Use at most ${most} words.`, id, {
      num_words: most + 1,
      relation: "less than",
    });
  }
  return {
    text: `Use exactly ${n} words.`,
    constraints: [
      [id, atLeast],
      [id, { num_words: n + 1, relation: "less than" }],
    ],
  };
}

function existence(draft: Draft): Clause {
  const keywords = draft.nouns.splice(0, draft.random.int(1, 2));
  draft.least += keywords.length;
  const text =
    keywords.length === 1
      ? `Use the word ${keywords[0]}.`
      : `Use the words ${keywords.join(" and ")}.`;
  return one(text, "keywords:existence", { keywords });
}

function keywordFrequency(draft: Draft): Clause {
  const [keyword] = draft.nouns.splice(0, 1);
  const frequency = draft.random.int(2, 3);
  draft.least += frequency;
  return one(
    `Use ${keyword} at least ${frequency} times.`,
    "keywords:frequency",
    {
      keyword,
      frequency,
      relation: "at least",
    },
  );
}

function forbiddenWords({ random }: Draft): Clause {
  // Words that a text would use anyway, so that the clause binds; never both articles.
  const forbidden_words = random.shuffle([
    random.pick(VOCABULARY.article),
    ...(random.chance(0.5)
      ? [random.pick([...VOCABULARY.preposition, ...VOCABULARY.verb])]
      : []),
  ]);
  const text =
    forbidden_words.length === 1
      ? `Avoid the word ${forbidden_words[0]}.`
      : `Avoid the words ${forbidden_words.join(" and ")}.`;
  return one(text, "keywords:forbidden_words", { forbidden_words });
}

function endChecker(draft: Draft): Clause {
  const end_phrase = draft.random.pick(CLOSINGS);
  draft.least += end_phrase.split(" ").length;
  return one(`End with: ${end_phrase}`, "startend:end_checker", { end_phrase });
}

function bulletLists(draft: Draft): Clause {
  const num_bullets = draft.random.int(2, 3);
  draft.least += 2 * num_bullets;
  return one(
    `Give ${num_bullets} bullets.`,
    "detectable_format:number_bullet_lists",
    { num_bullets },
  );
}

function title(draft: Draft): Clause {
  draft.least += 2;
  return one("Add a title.", "detectable_format:title");
}

function wordCountRange({ random, least }: Draft): Clause {
  const min_words = random.int(Math.max(4, least), Math.max(10, least + 2));
  const max_words = min_words + random.int(1, 3);
  return one(
    `Use ${min_words} to ${max_words} words.`,
    "count:word_count_range",
    { min_words, max_words },
  );
}

function uniqueWordCount({ random }: Draft): Clause {
  const N = random.int(5, 9);
  return one(`Use at least ${N} different words.`, "count:unique_word_count", {
    N,
  });
}

function firstWord(draft: Draft): Clause {
  const [first_word] = draft.nouns.splice(0, 1);
  draft.least += 1;
  return one(
    `Start with the word ${first_word}.`,
    "first_word:first_word_answer",
    { first_word },
  );
}

function wordOnce(draft: Draft): Clause {
  const [keyword] = draft.nouns.splice(0, 1);
  draft.least += 1;
  return one(`Use ${keyword} only once.`, "keywords:word_once", { keyword });
}

function excludeWord({ random }: Draft): Clause {
  const keyword = random.pick(VOCABULARY.article);
  return one(`Leave out the word ${keyword}.`, "keywords:exclude_word_harder", {
    keyword,
  });
}

function twoParagraphs(draft: Draft): Clause {
  draft.least += 4;
  return one("Write 2 paragraphs.", "paragraphs:paragraphs2");
}

function sameEnds(draft: Draft): Clause {
  draft.least += 1;
  return one("Same first and last word.", "words:paragraph_last_first");
}

/** Constraint types that RL trains: IFEval ids. */
export const TRAINED: Readonly<Record<string, Maker>> = {
  "keywords:existence": existence,
  "keywords:frequency": keywordFrequency,
  "keywords:forbidden_words": forbiddenWords,
  "change_case:english_lowercase": () =>
    one("Use lowercase only.", "change_case:english_lowercase"),
  "startend:end_checker": endChecker,
  "startend:quotation": () => one("Put it in quotes.", "startend:quotation"),
  "punctuation:no_comma": () => one("Use no comma.", "punctuation:no_comma"),
  "detectable_format:number_bullet_lists": bulletLists,
  "detectable_format:title": title,
  "length_constraints:number_words": numberWords,
};

/** Constraint types that RL never sees: IFEvalG and IFBench ids. */
export const HELD_OUT: Readonly<Record<string, Maker>> = {
  "first_word:first_word_answer": firstWord,
  "keywords:word_once": wordOnce,
  "keywords:exclude_word_harder": excludeWord,
  "paragraphs:paragraphs2": twoParagraphs,
  "words:paragraph_last_first": sameEnds,
  "count:word_count_range": wordCountRange,
  "count:unique_word_count": uniqueWordCount,
};

/** Pairs that cannot be asked together. */
export const CONFLICTS: readonly (readonly [string, string])[] = [
  // A quote before the first bullet hides it from the checker.
  ["startend:quotation", "detectable_format:number_bullet_lists"],
  ["first_word:first_word_answer", "startend:quotation"],
  ["first_word:first_word_answer", "detectable_format:number_bullet_lists"],
  ["first_word:first_word_answer", "detectable_format:title"],
  ["keywords:exclude_word_harder", "keywords:forbidden_words"],
  ["paragraphs:paragraphs2", "detectable_format:number_bullet_lists"],
  ["paragraphs:paragraphs2", "detectable_format:title"],
  ["words:paragraph_last_first", "startend:end_checker"],
  ["words:paragraph_last_first", "detectable_format:number_bullet_lists"],
  ["words:paragraph_last_first", "detectable_format:title"],
  ["count:word_count_range", "length_constraints:number_words"],
  ["count:unique_word_count", "length_constraints:number_words"],
];

// Counts come last: their bounds must leave room for what the other clauses need.
const COUNTS = [
  "length_constraints:number_words",
  "count:word_count_range",
  "count:unique_word_count",
];

const conflict = (ids: readonly string[]): boolean =>
  CONFLICTS.some(
    ([first, second]) => ids.includes(first) && ids.includes(second),
  );

function drawIds(random: Random, level: number, heldOut: boolean): string[] {
  for (;;) {
    const ids = heldOut
      ? [
          random.pick(Object.keys(HELD_OUT)),
          ...random.sample(Object.keys(TRAINED), level - 1),
        ]
      : random.sample(Object.keys(TRAINED), level);
    if (!conflict(ids)) return random.shuffle(ids);
  }
}

/**
 * Draw one task.
 *
 * @param random  source of randomness
 * @param level   number of constraints, 1 to 5
 * @param kinds   "trained": IFEval types only · "heldOut": one type of IFEvalG or IFBench, the others trained
 * @throws TaskError level or kinds out of range
 */
export function generate(
  random: Random,
  level: number,
  kinds: readonly string[],
): Task {
  if (!(Number.isInteger(level) && level >= 1 && level <= 5)) {
    throw new TaskError(`instruction: level must be 1 to 5, got ${level}`);
  }
  if (
    kinds.length === 0 ||
    kinds.some((name) => name !== "trained" && name !== "heldOut")
  ) {
    throw new TaskError(
      `instruction: kinds must be "trained" or "heldOut", got ${JSON.stringify(kinds)}`,
    );
  }
  const kind = random.pick(kinds);
  const ids = drawIds(random, level, kind === "heldOut");
  const [topicNoun, ...nouns] = random.shuffle(VOCABULARY.noun);
  const topic: [string, string] = [
    random.pick(VOCABULARY.adjective),
    topicNoun!,
  ];
  const draft: Draft = { random, nouns, least: 3 };
  const clauses = new Map<string, Clause>();
  for (const id of [
    ...ids.filter((id) => !COUNTS.includes(id)),
    ...ids.filter((id) => COUNTS.includes(id)),
  ]) {
    clauses.set(id, (TRAINED[id] ?? HELD_OUT[id])!(draft));
  }
  const ordered = ids.map((id) => clauses.get(id)!);
  const constraints = ordered.flatMap((clause) => clause.constraints);
  const prompt = [
    `Write about a ${topic.join(" ")}.`,
    ...ordered.map((clause) => clause.text),
  ].join(" ");
  const data: InstructionData = {
    instruction_id_list: constraints.map(([id]) => id),
    kwargs: constraints.map(([, kwargs]) => kwargs),
    topic,
  };
  // At a hard level the same wishes in another order are the same problem.
  const wishes = ordered.map(({ text }) => text).sort();
  const identity = level > 3 ? [topic.join(" "), ...wishes].join(" ") : prompt;
  return {
    id: `instruction:${identity}`,
    domain: "instruction",
    kind,
    prompt,
    data,
  };
}
