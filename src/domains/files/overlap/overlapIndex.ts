/** An index of the n-grams of some texts: which of them, and how much of each, occurs in another text. */
import { TaskError } from "../../../error.js";
import { wordsOf } from "./words.js";

/** Options of `OverlapIndex`. */
export interface OverlapOptions {
  /** Words of an n-gram; default 13. */
  words?: number;
  /** Fewest words of a text that is indexed: a shorter one says too little; one of fewer than `words` is one n-gram; default 8. */
  fewest?: number;
  /** An n-gram that more of the texts share is a form of speech, and counts for none of them; default 10. */
  common?: number;
}

/** How much of an indexed text occurs in another. */
export interface Shared {
  /** Number of the indexed text. */
  index: number;
  /** Share of its words that lie in a common n-gram, in (0, 1]. */
  share: number;
  /** First common n-gram, as words. */
  words: string;
}

/** Odd, so that every word moves every bit of the hash. */
const BASE = 0x01000193;

/** Most words of all indexed texts together: a benchmark has a million. */
const MOST_WORDS = 50_000_000;

interface Indexed {
  /** Numbers of the words. */
  ids: Int32Array;
  /** Words of its n-grams: fewer than those of others where the text itself has fewer. */
  length: number;
}

/** One n-gram of one text, and where in it its occurrences start. */
interface Gram {
  index: number;
  starts: number[];
}

/** Hash → the n-grams that have it. */
type Grams = Map<number, Gram[]>;

function hashOf(ids: Int32Array, at: number, length: number): number {
  let hash = 0;
  for (let i = 0; i < length; i++)
    hash = (Math.imul(hash, BASE) + ids[at + i]!) | 0;
  return hash;
}

/**
 * The n-grams of some texts. A search finds every common n-gram and no other: hashes only choose the candidates, which are compared
 * word by word. Its cost is linear in the text that is searched.
 *
 * Source: 13-grams as in GPT-3 (Brown et al. 2020, arXiv 2005.14165, App. C), the share of words that they cover as in Tülu 3 (Lambert et
 * al. 2024, arXiv 2411.15124, §3.2).
 *
 * @example
 * const index = new OverlapIndex(["a b c d e f g h i j k l m n"]);
 * index.search("so a b c d e f g h i j k l m")   // share 13/14 of text 0
 */
export class OverlapIndex {
  /** Texts that are too short to be looked for. */
  readonly tooShort: number[] = [];
  private readonly vocabulary = new Map<string, number>();
  private readonly texts: (Indexed | null)[] = [];
  private readonly names: string[] = [];
  /** By the length of n-grams. */
  private readonly grams = new Map<number, Grams>();

  /** @throws TaskError options are out of range, or the texts have too many words */
  constructor(
    texts: readonly string[],
    { words = 13, fewest = 8, common = 10 }: OverlapOptions = {},
  ) {
    if (!Number.isInteger(words) || words < 2 || words > 100)
      throw new TaskError(`overlap: words must be 2 to 100, got ${words}`);
    if (!Number.isInteger(fewest) || fewest < 1 || fewest > words)
      throw new TaskError(
        `overlap: fewest must be 1 to ${words}, got ${fewest}`,
      );
    let total = 0;
    texts.forEach((text, index) => {
      const ids = this.idsOf(text);
      if ((total += ids.length) > MOST_WORDS)
        throw new TaskError(
          `overlap: texts must have at most ${MOST_WORDS} words together`,
        );
      const isLong = ids.length >= fewest;
      if (!isLong) this.tooShort.push(index);
      this.texts.push(
        isLong ? { ids, length: Math.min(words, ids.length) } : null,
      );
    });
    this.texts.forEach((text, index) => text && this.add(text, index));
    this.forgetCommon(common);
  }

  /**
   * The indexed texts that have an n-gram in common with a text.
   *
   * @param text  one text, or several between which no n-gram runs
   */
  search(text: string | readonly string[]): Shared[] {
    /** Text → its n-grams that occur. */
    const found = new Map<number, Set<Gram>>();
    for (const piece of typeof text === "string" ? [text] : text) {
      const ids = this.known(piece);
      for (const [length, grams] of this.grams)
        this.scan(ids, length, grams, found);
    }
    return [...found].map(([index, grams]) => this.shared(index, grams));
  }

  private idsOf(text: string): Int32Array {
    return Int32Array.from(wordsOf(text), (word) => {
      const known = this.vocabulary.get(word);
      if (known !== undefined) return known;
      this.names.push(word);
      this.vocabulary.set(word, this.names.length);
      return this.names.length;
    });
  }

  /** Numbers of the words, 0 for one that no indexed text has. */
  private known(text: string): Int32Array {
    return Int32Array.from(
      wordsOf(text),
      (word) => this.vocabulary.get(word) ?? 0,
    );
  }

  private add({ ids, length }: Indexed, index: number): void {
    let grams = this.grams.get(length);
    if (!grams) this.grams.set(length, (grams = new Map()));
    for (let at = 0; at + length <= ids.length; at++) {
      const hash = hashOf(ids, at, length);
      const same = grams.get(hash);
      const again = same?.find(
        (gram) =>
          gram.index === index &&
          this.isSame(gram, this.texts[index]!.ids, at, length),
      );
      if (again) again.starts.push(at);
      else if (same) same.push({ index, starts: [at] });
      else grams.set(hash, [{ index, starts: [at] }]);
    }
  }

  private forgetCommon(most: number): void {
    for (const [length, grams] of this.grams)
      for (const [hash, same] of grams) {
        if (same.length <= most) continue;
        const byWords = new Map<string, Gram[]>();
        for (const gram of same) {
          const words = this.words(gram, length);
          byWords.set(words, [...(byWords.get(words) ?? []), gram]);
        }
        grams.set(
          hash,
          [...byWords.values()].filter((each) => each.length <= most).flat(),
        );
      }
  }

  private words({ index, starts }: Gram, length: number): string {
    const at = starts[0]!;
    const { ids } = this.texts[index]!;
    return Array.from(
      ids.subarray(at, at + length),
      (id) => this.names[id - 1]!,
    ).join(" ");
  }

  /** Roll over a text; a word that no indexed text has ends every n-gram. */
  private scan(
    ids: Int32Array,
    length: number,
    grams: Grams,
    found: Map<number, Set<Gram>>,
  ): void {
    let power = 1;
    for (let i = 1; i < length; i++) power = Math.imul(power, BASE);
    let [hash, run] = [0, 0];
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      if (id === 0) {
        [hash, run] = [0, 0];
        continue;
      }
      if (run === length)
        hash = (hash - Math.imul(ids[i - length]!, power)) | 0;
      else run++;
      hash = (Math.imul(hash, BASE) + id) | 0;
      if (run < length) continue;
      for (const gram of grams.get(hash) ?? []) {
        if (!this.isSame(gram, ids, i - length + 1, length)) continue;
        const others = found.get(gram.index);
        if (others) others.add(gram);
        else found.set(gram.index, new Set([gram]));
      }
    }
  }

  /** Whether an n-gram stands at a place of a text. */
  private isSame(
    { index, starts }: Gram,
    ids: Int32Array,
    from: number,
    length: number,
  ): boolean {
    const own = this.texts[index]!.ids;
    for (let i = 0; i < length; i++)
      if (own[starts[0]! + i] !== ids[from + i]) return false;
    return true;
  }

  private shared(index: number, grams: ReadonlySet<Gram>): Shared {
    const { ids, length } = this.texts[index]!;
    const all = [...grams];
    const starts = all.flatMap((gram) => gram.starts).sort((a, b) => a - b);
    let covered = 0;
    let end = 0;
    for (const at of starts) {
      covered += at + length - Math.max(at, end);
      end = at + length;
    }
    const first = all.find((gram) => gram.starts[0] === starts[0])!;
    const words = this.words(first, length);
    return { index, share: covered / ids.length, words };
  }
}
