/** Writes a toy text that satisfies given constraints: the demonstrator's hand. */
import type { InstructionData } from "../../domains/instruction/data.js";
import { TaskError } from "../../error.js";
import type { Random } from "../../random.js";
import { PATTERN, VOCABULARY } from "./vocabulary.js";

/** What a text must have, gathered from the constraints of a task. */
export interface Plan {
  /** Fewest and most words. */
  least: number;
  most: number;
  /** Fewest different words. */
  different: number;
  /** Words that must occur, as often as listed; they occur nowhere else. */
  required: string[];
  banned: Set<string>;
  first?: string;
  /** First and last word are the same. */
  sameEnds: boolean;
  end: string[];
  lowercase: boolean;
  comma: boolean;
  quoted: boolean;
  title: boolean;
  bullets: number;
  paragraphs: number;
}

/** Arguments of all constraints that a text can be written for; a constraint has its own, as `generate` made them. */
interface Arguments {
  keywords: string[];
  keyword: string;
  frequency: number;
  forbidden_words: string[];
  end_phrase: string;
  num_bullets: number;
  num_words: number;
  relation: string;
  first_word: string;
  min_words: number;
  max_words: number;
  N: number;
}

const READERS: Readonly<
  Record<string, (plan: Plan, kwargs: Arguments) => void>
> = {
  "keywords:existence": (plan, { keywords }) => plan.required.push(...keywords),
  "keywords:frequency": (plan, { keyword, frequency }) =>
    plan.required.push(...Array.from({ length: frequency }, () => keyword)),
  "keywords:forbidden_words": (plan, { forbidden_words }) => {
    for (const word of forbidden_words) plan.banned.add(word);
  },
  "change_case:english_lowercase": (plan) => (plan.lowercase = true),
  "startend:end_checker": (plan, { end_phrase }) =>
    (plan.end = end_phrase.split(" ")),
  "startend:quotation": (plan) => (plan.quoted = true),
  "punctuation:no_comma": (plan) => (plan.comma = false),
  "detectable_format:number_bullet_lists": (plan, { num_bullets }) =>
    (plan.bullets = num_bullets),
  "detectable_format:title": (plan) => (plan.title = true),
  "length_constraints:number_words": (plan, { num_words, relation }) => {
    if (relation === "at least") plan.least = Math.max(plan.least, num_words);
    else plan.most = Math.min(plan.most, num_words - 1);
  },
  "first_word:first_word_answer": (plan, { first_word }) =>
    (plan.first = first_word),
  "keywords:word_once": (plan, { keyword }) => plan.required.push(keyword),
  "keywords:exclude_word_harder": (plan, { keyword }) =>
    plan.banned.add(keyword),
  "paragraphs:paragraphs2": (plan) => (plan.paragraphs = 2),
  "words:paragraph_last_first": (plan) => (plan.sameEnds = true),
  "count:word_count_range": (plan, { min_words, max_words }) => {
    plan.least = min_words;
    plan.most = max_words;
  },
  "count:unique_word_count": (plan, { N }) => (plan.different = N),
};

/**
 * Gather the constraints of a task into a plan.
 *
 * @param data    ids and arguments
 * @param forget  ids that the demonstrator forgets
 * @throws TaskError an id that the demonstrator cannot write for
 */
export function planText(
  data: InstructionData,
  forget: ReadonlySet<string>,
): Plan {
  const plan: Plan = {
    least: 0,
    most: Infinity,
    different: 0,
    required: [],
    banned: new Set(),
    sameEnds: false,
    end: [],
    lowercase: false,
    comma: true,
    quoted: false,
    title: false,
    bullets: 0,
    paragraphs: 1,
  };
  data.instruction_id_list.forEach((id, i) => {
    if (!Object.hasOwn(READERS, id))
      throw new TaskError(
        `instruction: no demonstration for ${JSON.stringify(id)}`,
      );
    if (!forget.has(id))
      READERS[id]!(plan, data.kwargs[i] as unknown as Arguments);
  });
  return plan;
}

/** Words of the body: the pattern of the toy English, the topic first, required words in the places of nouns. */
function bodyWords(
  plan: Plan,
  topic: readonly [string, string],
  length: number,
  random: Random,
): string[] {
  const taken = new Set([
    ...plan.banned,
    ...plan.required,
    plan.first ?? "",
    topic[1],
  ]);
  const opening = plan.first ?? (plan.sameEnds ? topic[1] : undefined);
  const middle =
    length - (opening === undefined ? 0 : 1) - (plan.sameEnds ? 1 : 0);
  // After a noun as opening the text goes on with its verb.
  const start = opening === undefined ? 0 : 3;
  const parts = Array.from(
    { length: middle },
    (_, i) => PATTERN[(start + i) % PATTERN.length]!,
  );
  const used = new Set<string>();
  const body = parts.map((part) => {
    const free = VOCABULARY[part].filter((word) => !taken.has(word));
    // Different words as long as there are any: a text without repetitions is easier to count through.
    const fresh = free.filter((word) => !used.has(word));
    const word = random.pick(fresh.length > 0 ? fresh : free);
    used.add(word);
    return word;
  });
  const adjective = parts.indexOf("adjective");
  if (adjective >= 0) body[adjective] = topic[0];
  if (adjective >= 0 && adjective + 1 < middle && !plan.sameEnds)
    body[adjective + 1] = topic[1];
  const nouns = random.shuffle(
    parts.flatMap((part, i) =>
      part === "noun" && body[i] !== topic[1] ? [i] : [],
    ),
  );
  const topicPlace = parts.flatMap((part, i) =>
    part === "noun" && body[i] === topic[1] ? [i] : [],
  );
  const others = random.shuffle(
    parts.flatMap((part, i) => (part === "noun" ? [] : [i])),
  );
  const places = [...nouns, ...topicPlace, ...others];
  plan.required.forEach((word, i) => {
    const place = places[i];
    if (place !== undefined) body[place] = word;
  });
  if (opening !== undefined) body.unshift(opening);
  if (plan.sameEnds) body.push(opening!);
  return body;
}

/**
 * Write a text for a plan.
 *
 * @param plan    what the text must have
 * @param topic   adjective and noun that it is about
 * @param random  source of randomness
 * @param error   words more (or fewer) than the plan wants: a miscount
 */
export function compose(
  plan: Plan,
  topic: readonly [string, string],
  random: Random,
  error = 0,
): string {
  const titleWords = plan.title ? [...topic] : [];
  const fixed = titleWords.length + plan.end.length;
  const needed = Math.max(
    3,
    fixed +
      plan.required.length +
      (plan.first === undefined ? 0 : 1) +
      (plan.sameEnds ? 2 : 0),
    fixed + 2 * plan.bullets,
    fixed + 2 * plan.paragraphs,
  );
  // Long enough for a clause around the words that are asked for.
  const usual = 4 + plan.end.length + Math.min(2, plan.required.length);
  const low = Math.max(
    needed,
    Math.min(Math.max(plan.least, usual), plan.most),
  );
  const length = Math.max(
    2,
    random.int(low, Math.max(low, Math.min(plan.most, low + 2))) + error,
  );
  let body = bodyWords(plan, topic, Math.max(1, length - fixed), random);
  for (
    let extra = 1;
    new Set([...titleWords, ...body, ...plan.end]).size < plan.different;
    extra++
  ) {
    body = bodyWords(plan, topic, Math.max(1, length - fixed + extra), random);
  }
  const lastBody = body.length - 1;
  // A comma somewhere inside, unless it must not be: never at the two ends of the body, whose words may be checked.
  if (plan.comma && lastBody >= 3 && random.chance(0.5))
    body[random.int(1, lastBody - 1)] += ",";

  // The closing words stay together in the last line.
  const lines = splitEvenly(
    body,
    Math.max(plan.bullets, plan.paragraphs, 1),
  ).map((line, i, all) => {
    const text = [...line, ...(i === all.length - 1 ? plan.end : [])].join(" ");
    return plan.lowercase || plan.bullets > 0 ? text : capitalize(text);
  });
  const stop = plan.end.length > 0 || plan.bullets > 0 ? "" : ".";
  const text =
    plan.bullets > 0
      ? lines.map((line) => `* ${line}`).join("\n")
      : lines.join("\n\n") + stop;
  const gap = plan.bullets > 0 ? "\n" : " ";
  const titled = plan.title ? `<<${titleWords.join(" ")}>>${gap}${text}` : text;
  return plan.quoted ? `"${titled}"` : titled;
}

function splitEvenly(words: readonly string[], parts: number): string[][] {
  return Array.from({ length: parts }, (_, i) =>
    words.slice(
      Math.floor((i * words.length) / parts),
      Math.floor(((i + 1) * words.length) / parts),
    ),
  );
}

/** A capital for an article at the start; words that a prompt asks for stay as they are quoted there. */
function capitalize(text: string): string {
  return /^(?:the|a) /u.test(text)
    ? text.charAt(0).toUpperCase() + text.slice(1)
    : text;
}
