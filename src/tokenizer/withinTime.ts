/** Patterns of a tokenizer.json that somebody else wrote may backtrack for ever; they get a limited time. */
import { createContext, Script } from "node:vm";
import { TokenizerError } from "../error.js";

/** Milliseconds that encoding may take in any case, and per character: a hundred times what sound patterns need. */
const BASE = 2000;
const PER_CHARACTER = 0.1;

/** Patterns and arrays in a tokenizer.json that are looked at. */
const DEEPEST = 16;

const context: { run?: () => void } = {};
createContext(context);
const script = new Script("run()");

/**
 * Run an action that stays within a time that grows with the length of a text. A regular expression at work is stopped, too.
 *
 * Cost: some tenths of a millisecond.
 *
 * @throws TokenizerError it took longer
 */
export function withinTime<T>(characters: number, action: () => T): T {
  const milliseconds = Math.ceil(BASE + PER_CHARACTER * characters);
  let result: { value: T } | undefined;
  context.run = () => {
    result = { value: action() };
  };
  try {
    script.runInContext(context as object, { timeout: milliseconds });
  } catch (error) {
    if (
      (error as NodeJS.ErrnoException).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT"
    )
      throw error;
    throw new TokenizerError(
      `encode: patterns of tokenizer.json must take at most ${milliseconds} ms for ${characters} characters, got one that takes longer`,
      { cause: error },
    );
  } finally {
    delete context.run;
  }
  return result!.value;
}

/**
 * Whether every pattern of a tokenizer.json is one that cannot take exponential time: no group is repeated without end that itself
 * repeats or chooses. The patterns of known models are so.
 *
 * @param json  what stands under normalizer, pre_tokenizer and decoder is looked at
 */
export function hasOnlySimplePatterns(json: {
  readonly [key: string]: unknown;
}): boolean {
  const parts = ["normalizer", "pre_tokenizer", "decoder"];
  return parts.every((part) => patternsIn(json[part], 0).every(isSimple));
}

function patternsIn(value: unknown, depth: number): string[] {
  if (typeof value !== "object" || value === null) return [];
  // Deeper than any sound one: taken for a pattern that is not simple.
  if (depth > DEEPEST) return ["(a+)+"];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === "Regex" && typeof inner === "string"
      ? [inner]
      : patternsIn(inner, depth + 1),
  );
}

/** Whether no group with a repetition or a choice in it is repeated without end. */
function isSimple(pattern: string): boolean {
  const bare = pattern
    .replace(/\\./gs, "a")
    .replace(/\[\^?\]?[^\]]*\]/g, "a")
    .replace(/\(\?(?:[:=!]|<[=!]|[a-z]*(?:-[a-z]+)?:)/g, "(");
  const open: boolean[] = [];
  for (let i = 0; i < bare.length; i++) {
    const character = bare[i]!;
    if (character === "(") open.push(false);
    else if (character === ")") {
      const holds = open.pop() ?? false;
      const isEndless = /^(?:[*+]|\{\d+,\d*\})/.test(bare.slice(i + 1, i + 12));
      if (holds && isEndless) return false;
      if (open.length > 0 && (holds || isEndless)) open[open.length - 1] = true;
    } else if ("*+|{".includes(character) && open.length > 0)
      open[open.length - 1] = true;
  }
  return true;
}
