/** The words of the toy English: few, so that a vocabulary of 512 tokens holds them, and no noun inside another word. */

/** Words by part of speech. All start with a consonant sound, so that "a" is always right. */
export const VOCABULARY = {
  article: ["the", "a"],
  adjective: ["red", "big", "small", "tall", "cold", "quiet", "happy", "bright"],
  noun: [
    "cat",
    "dog",
    "bird",
    "tree",
    "house",
    "river",
    "road",
    "boat",
    "king",
    "cook",
    "book",
    "lamp",
    "stone",
    "garden",
    "horse",
    "train",
  ],
  verb: ["sees", "finds", "likes", "wants", "holds", "moves", "paints", "follows"],
  preposition: ["near", "under", "behind", "beside"],
} as const;

/** Parts of speech of the toy English. */
export type PartOfSpeech = keyof typeof VOCABULARY;

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
