/** The words of the toy English: few and short, since 247 merges of the tokenizer serve all domains, and no noun inside another word. */

const list = (words: string): readonly string[] => words.split(" ");

/** Words by part of speech. All start with a consonant sound, so that "a" is always right. */
export const VOCABULARY: Readonly<Record<PartOfSpeech, readonly string[]>> = {
  article: list("the a"),
  adjective: list("red big tall cold sad hot wet new"),
  noun: list(
    "cat dog bird tree king cook book lamp boat road pig bear ship town fox hill",
  ),
  verb: list("sees has finds likes wants holds meets takes"),
  preposition: list("near by under with"),
};

/** Parts of speech of the toy English. */
export type PartOfSpeech =
  "article" | "adjective" | "noun" | "verb" | "preposition";

/** The order in which a text walks through the parts of speech, again and again. */
export const PATTERN: readonly PartOfSpeech[] = [
  "article",
  "adjective",
  "noun",
  "verb",
  "article",
  "noun",
  "preposition",
];

/** Phrases that a prompt may ask for at the end; none holds a word of `VOCABULARY`. */
export const CLOSINGS: readonly string[] = [
  "good night",
  "that is all",
  "see you soon",
  "all is well",
  "thank you",
  "good luck",
];
