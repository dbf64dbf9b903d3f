/** The words of the English tasks: what texts are about, who does what with how many things, what belongs to which class. */

/** What a text is asked about. */
export const TOPICS: readonly string[] = [
  ...["the moon", "the sea", "a quiet library", "a small village", "spring"],
  ...["autumn leaves", "a rainy day", "a long journey", "an old clock"],
  ...["a new bicycle", "a busy market", "bread", "coffee", "music", "snow"],
  ...["a garden", "a lighthouse", "a school", "friendship", "patience"],
  ...["a mountain", "the desert", "a railway station", "a good book", "honey"],
  ...["a cat", "a dog", "horses", "birds", "bees", "a river", "a bridge"],
  ...["a kitchen", "soup", "chess", "football", "painting", "dancing"],
  ...["a letter", "a birthday", "a holiday", "the night sky", "clouds"],
  ...["wind", "a thunderstorm", "a farm", "a castle", "an island", "a ship"],
  ...["a hospital", "a teacher", "a baker", "a fisherman", "an inventor"],
];

/** How a text is asked for; `{topic}` is put in. */
export const REQUESTS: readonly string[] = [
  "Write a short text about {topic}.",
  "Write one sentence about {topic}.",
  "Describe {topic} briefly.",
  "Say something about {topic}.",
  "Give me a short line about {topic}.",
];

/** Words that a text can be asked to hold. */
export const KEYWORDS: readonly string[] = [
  ...["time", "light", "people", "water", "home", "world", "morning", "heart"],
  ...["road", "hand", "small", "bright", "quiet", "always", "never", "slowly"],
];

/** Words that a text would use anyway, so that leaving them out takes care. */
export const COMMON: readonly string[] = [
  ...["the", "a", "is", "of", "and", "in", "to"],
];

/** Phrases that a text can be asked to end with. */
export const ENDINGS: readonly string[] = [
  ...["That is all.", "Thank you.", "The end.", "See you soon."],
  ...["I hope so.", "Good night.", "Well done."],
];

/** Names of people. */
export const NAMES: readonly string[] = [
  ...["Tom", "Anna", "Ben", "Clara", "David", "Emma", "Felix", "Grace"],
  ...["Henry", "Ida", "Jack", "Lily", "Max", "Nora", "Oscar", "Ruth"],
];

/** Things that are counted. */
export const THINGS: readonly string[] = [
  ...["apples", "books", "coins", "pencils", "stamps", "cards", "shells"],
  ...["marbles", "eggs", "flowers", "tickets", "stones"],
];

/** Classes of words: a question has one word of the class it asks for among words of others. */
export const CLASSES: Readonly<Record<string, readonly string[]>> = {
  "an animal": [
    ...["horse", "tiger", "rabbit", "eagle", "shark", "goat", "spider"],
    ...["elephant", "frog", "mouse"],
  ],
  "a fruit": [
    ...["apple", "banana", "cherry", "grape", "lemon", "mango", "peach"],
    ...["pear", "plum", "orange"],
  ],
  "a country": [
    ...["France", "Japan", "Brazil", "Canada", "Egypt", "India", "Kenya"],
    ...["Norway", "Peru", "Spain"],
  ],
  "a colour": [
    ...["red", "blue", "green", "yellow", "purple", "black", "white"],
    ...["brown", "pink", "grey"],
  ],
  "a tool": [
    ...["hammer", "saw", "drill", "wrench", "chisel", "shovel", "pliers"],
    ...["screwdriver", "axe", "rake"],
  ],
  "a musical instrument": [
    ...["piano", "violin", "flute", "drum", "guitar", "trumpet", "harp"],
    ...["cello", "clarinet", "organ"],
  ],
  "a piece of clothing": [
    ...["shirt", "coat", "sock", "hat", "scarf", "glove", "skirt", "jacket"],
    ...["trousers", "sweater"],
  ],
  "a metal": [
    ...["iron", "gold", "silver", "copper", "tin", "zinc", "lead", "nickel"],
    ...["platinum", "aluminium"],
  ],
};
