/** Train a byte-level BPE tokenizer and write it as a Hugging Face `tokenizer.json` object. */
import { TokenizerError } from "../error.js";
import { BYTE_CHARACTERS, toByteCharacters } from "./bytes.js";
import { CONTROL_TOKENS, SPECIAL_TOKENS, splitAtSpecials } from "./specials.js";

/**
 * Cuts text into pre-tokens, which no merge crosses: one digit; a word with its leading space; other signs with a leading space
 * and trailing newlines; white space with newlines; white space. The classes are written out instead of `\d` and `\s`, which
 * differ between the regular expression engines that run a tokenizer.json.
 */
const PRETOKEN_PATTERN = [
  "[0-9]",
  " ?[A-Za-z]+",
  " ?[^\\t\\n\\r 0-9A-Za-z]+\\n*",
  "[\\t\\n\\r ]*\\n+",
  "[\\t\\r ]+(?![^\\t\\n\\r ])",
  "[\\t\\r ]+",
].join("|");

/** Options of `trainBpe`. */
export interface TrainBpeOptions {
  /** Number of tokens in all: 9 specials, 256 bytes, and the rest merges; at least 265. */
  vocabSize: number;
}

/** A pre-token as symbol ids, with how often it occurs. */
interface Word {
  symbols: number[];
  count: number;
}

function countPretokens(texts: Iterable<string>): Map<string, number> {
  const pattern = new RegExp(PRETOKEN_PATTERN, "gu");
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const part of splitAtSpecials(text)) {
      for (const pretoken of part.match(pattern) ?? [])
        counts.set(pretoken, (counts.get(pretoken) ?? 0) + 1);
    }
  }
  return counts;
}

/** One number per pair of symbol ids; smaller for the pair that comes first. */
const pairKey = (left: number, right: number): number => left * 2 ** 24 + right;

/** Pair counts over all words, kept up to date while pairs are merged. */
class PairTable {
  readonly counts: Map<number, number> = new Map();
  private readonly places = new Map<number, Set<Word>>();

  constructor(words: readonly Word[]) {
    for (const word of words) this.add(word, 1);
  }

  /** Count the pairs of a word in (`sign` 1) or out (−1). */
  private add(word: Word, sign: 1 | -1): void {
    for (let i = 0; i + 1 < word.symbols.length; i++) {
      const pair = pairKey(word.symbols[i]!, word.symbols[i + 1]!);
      const count = (this.counts.get(pair) ?? 0) + sign * word.count;
      if (count === 0) this.counts.delete(pair);
      else this.counts.set(pair, count);
      if (sign === 1) {
        const places = this.places.get(pair);
        if (places === undefined) this.places.set(pair, new Set([word]));
        else places.add(word);
      }
    }
  }

  /** The most frequent pair; of several, the one with the smallest left id, then the smallest right id. */
  best(): number | undefined {
    let best: number | undefined;
    let most = 0;
    for (const [pair, count] of this.counts) {
      if (
        count > most ||
        (count === most && best !== undefined && pair < best)
      ) {
        best = pair;
        most = count;
      }
    }
    return best;
  }

  /** Replace a pair by one symbol in every word that has it. */
  merge(pair: number, symbol: number): void {
    for (const word of this.places.get(pair) ?? []) {
      this.add(word, -1);
      word.symbols = mergeSymbols(word.symbols, pair, symbol);
      this.add(word, 1);
    }
    this.places.delete(pair);
  }
}

function mergeSymbols(
  symbols: readonly number[],
  pair: number,
  symbol: number,
): number[] {
  const out: number[] = [];
  for (let i = 0; i < symbols.length; i++) {
    if (
      i + 1 < symbols.length &&
      pairKey(symbols[i]!, symbols[i + 1]!) === pair
    ) {
      out.push(symbol);
      i++;
    } else out.push(symbols[i]!);
  }
  return out;
}

/**
 * Train a byte-level BPE tokenizer with single-digit splitting and the ChatML and tool tokens as specials.
 *
 * Ids: the specials (0–8), the 256 bytes in the order of their characters, then one token per merge. Each merge joins the most
 * frequent adjacent pair; ties go to the pair with the smallest ids, so the same texts give the same file. Special tokens inside
 * the texts are cut out and not learned from. Same merges as the `BpeTrainer` of Python's tokenizers on the same pre-tokens.
 *
 * Source: Sennrich et al. 2016 (arXiv 1508.07909), Alg. 1; byte level as in GPT-2.
 * Cost: pair counts are updated only in words that change; one scan over the distinct pairs per merge.
 *
 * @param texts    documents to learn from
 * @param options  vocabSize: tokens in all, at least 265
 * @returns a `tokenizer.json` object
 * @throws RangeError vocabSize is not an integer ≥ 265 · TokenizerError the texts run out of pairs to merge
 * @example
 * trainBpe(["the cat and the hat"], { vocabSize: 268 })
 */
export function trainBpe(
  texts: Iterable<string>,
  { vocabSize }: TrainBpeOptions,
): object {
  const smallest = SPECIAL_TOKENS.length + BYTE_CHARACTERS.length;
  if (!Number.isSafeInteger(vocabSize) || vocabSize < smallest) {
    throw new RangeError(
      `trainBpe: vocabSize must be an integer of at least ${smallest}, got ${vocabSize}`,
    );
  }
  const tokens = [...SPECIAL_TOKENS, ...[...BYTE_CHARACTERS].sort()];
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const words: Word[] = [];
  for (const [pretoken, count] of countPretokens(texts)) {
    words.push({
      symbols: [...toByteCharacters(pretoken)].map((character) =>
        ids.get(character)!,
      ),
      count,
    });
  }

  const table = new PairTable(words);
  const merges: [string, string][] = [];
  while (tokens.length < vocabSize) {
    const pair = table.best();
    if (pair === undefined) {
      throw new TokenizerError(
        `trainBpe: texts must have enough pairs for vocabSize ${vocabSize}, got ${tokens.length} tokens; give more text`,
      );
    }
    const left = tokens[Math.floor(pair / 2 ** 24)]!;
    const right = tokens[pair % 2 ** 24]!;
    // Should two pairs ever spell one token, it keeps its first id, as in Python's trainer.
    let id = ids.get(left + right);
    if (id === undefined) {
      id = tokens.length;
      tokens.push(left + right);
      ids.set(left + right, id);
    }
    merges.push([left, right]);
    table.merge(pair, id);
  }
  return tokenizerJson(ids, merges);
}

function tokenizerJson(
  ids: Map<string, number>,
  merges: [string, string][],
): object {
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: SPECIAL_TOKENS.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: CONTROL_TOKENS.includes(content),
    })),
    normalizer: null,
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        {
          type: "Split",
          pattern: { Regex: PRETOKEN_PATTERN },
          behavior: "Isolated",
          invert: false,
        },
        {
          type: "ByteLevel",
          add_prefix_space: false,
          trim_offsets: true,
          use_regex: false,
        },
      ],
    },
    post_processor: null,
    decoder: {
      type: "ByteLevel",
      add_prefix_space: true,
      trim_offsets: true,
      use_regex: true,
    },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(ids),
      merges,
    },
  };
}
