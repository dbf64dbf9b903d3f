/** Which language a text is written in, as the `langdetect` package answers. */
import { requirePackage } from "../../../optionalPackage.js";
import { Random } from "../../../random.js";
import { isUpper } from "../python/text.js";

const CODES =
  "af ar bg bn cs da de el en es et fa fi fr gu he hi hr hu id it ja kn ko lt lv mk ml mr ne nl no pa pl pt ro ru sk sl so sq sv sw ta te th tl tr uk ur vi zh-cn zh-tw".split(
    " ",
  );
const LONGEST = 10000;
const TRIALS = 21;
const ALPHA = 0.5;
const ALPHA_WIDTH = 0.05;
const BASE_FREQUENCY = 10000;
const MOST_DRAWS = 1000;
const CERTAIN = 0.99999;
const LEAST_PROBABILITY = 0.1;

const LINK = /https?:\/\/[-_.?&~;+=/#0-9A-Za-z]{1,2076}/gu;
const MAIL = /[-_.0-9A-Za-z]{1,64}@[-_0-9A-Za-z]{1,255}[-_.0-9A-Za-z]{1,255}/gu;
const TONES = /[AEIOUYaeiouyÂÊÔâêôĂăƠơƯư][\u0300\u0301\u0303\u0309\u0323]/gu;

interface Profile {
  freq: Record<string, number>;
  n_words: number[];
}

interface Model {
  /** The profile of each language, in the order of `CODES`. */
  profiles: readonly Profile[];
  /** Probabilities of the n-grams met so far, in each language; null where no language has it. */
  grams: Map<string, Float64Array | null>;
  /** Characters that stand for others: Chinese characters in classes. */
  cjk: ReadonlyMap<string, string>;
}

let loaded: Model | null = null;

/** The profiles of the package `langdetect`, read once. */
function model(): Model {
  if (loaded !== null) return loaded;
  const load = <T>(path: string): T =>
    requirePackage<T>(
      `langdetect/${path}`,
      "language constraints",
      "npm install langdetect",
    );
  const profiles = CODES.map((code) => load<Profile>(`profiles/${code}.json`));
  const classes = load<Record<string, string>>("res/cjk.json");
  const cjk = new Map(
    Object.values(classes).flatMap((characters) =>
      [...characters].map(
        (character) => [character, [...characters][0]!] as const,
      ),
    ),
  );
  return (loaded = { profiles, grams: new Map(), cjk });
}

/** Most n-grams whose probabilities are kept. */
const MOST_GRAMS = 50000;

/** The probability of an n-gram in each language, or null where none has it. */
function probabilities(
  { profiles, grams }: Model,
  gram: string,
): Float64Array | null {
  const known = grams.get(gram);
  if (known !== undefined) return known;
  const row = Float64Array.from(profiles, ({ freq, n_words: totals }) =>
    Object.hasOwn(freq, gram) ? freq[gram]! / totals[gram.length - 1]! : 0,
  );
  const result = row.some((value) => value > 0) ? row : null;
  if (grams.size >= MOST_GRAMS) grams.clear();
  grams.set(gram, result);
  return result;
}

const between = (code: number, low: number, high: number): boolean =>
  code >= low && code <= high;

/** A character as the profiles count it. */
function normalize(character: string, cjk: Model["cjk"]): string {
  const code = character.codePointAt(0)!;
  if (code <= 0x7f) return /[A-Za-z]/.test(character) ? character : " ";
  if (code <= 0xff)
    return "\u00a0\u00ab\u00b0\u00bb".includes(character) ? " " : character;
  if (code === 0x219) return "ş";
  if (code === 0x21b) return "ţ";
  if (between(code, 0x2000, 0x206f)) return " ";
  if (code === 0x6cc) return "ي";
  if (between(code, 0x1ea0, 0x1eff)) return "ể";
  if (between(code, 0x3040, 0x309f)) return "あ";
  if (between(code, 0x30a0, 0x30ff)) return "ア";
  if (between(code, 0x3100, 0x312f) || between(code, 0x31a0, 0x31bf))
    return "ㄅ";
  if (between(code, 0x4e00, 0x9fff)) return cjk.get(character) ?? character;
  if (between(code, 0xac00, 0xd7af)) return "가";
  return character;
}

/** The text without links and mail addresses, and without Latin letters where most letters are others. */
function clean(text: string): string {
  const plain = text
    .replace(LINK, " ")
    .replace(MAIL, " ")
    .replace(TONES, (pair) => pair.normalize("NFC"));
  const characters = [...plain].slice(0, LONGEST);
  let latin = 0;
  let other = 0;
  for (const character of characters) {
    if (character >= "A" && character <= "z") latin++;
    else if (
      character >= "\u0300" &&
      !between(character.codePointAt(0)!, 0x1e00, 0x1eff)
    )
      other++;
  }
  return characters
    .filter((character, i) => character !== " " || characters[i - 1] !== " ")
    .filter(
      (character) => latin * 2 >= other || character < "A" || character > "z",
    )
    .join("");
}

/** Known n-grams of one to three characters; a word in capitals gives none. */
function gramsOf(text: string, trained: Model): Float64Array[] {
  const found: Float64Array[] = [];
  let window = " ";
  let capitals = false;
  for (const raw of text) {
    const character = normalize(raw, trained.cjk);
    const last = window.at(-1)!;
    if (last === " ") {
      window = " ";
      capitals = false;
      if (character === " ") continue;
    } else if (window.length >= 3) window = window.slice(1);
    window += character;
    if (!isUpper(character)) capitals = false;
    else if (isUpper(last)) capitals = true;
    if (capitals) continue;
    for (let n = 1; n <= Math.min(3, window.length); n++) {
      const gram = window.slice(-n);
      const row = gram === " " ? null : probabilities(trained, gram);
      if (row !== null) found.push(row);
    }
  }
  return found;
}

/** Divide by the sum; the largest probability. */
function normalizeAll(probabilities: Float64Array): number {
  const sum = probabilities.reduce((total, value) => total + value, 0);
  let largest = 0;
  for (let i = 0; i < probabilities.length; i++) {
    probabilities[i] = probabilities[i]! / sum;
    largest = Math.max(largest, probabilities[i]!);
  }
  return largest;
}

/**
 * The language of a text, or null where no letter gives a hint.
 *
 * Source: Shuyo's language-detection, as Python's `langdetect` ports it: naive Bayes on character n-grams drawn at random, the
 * mean of several trials. The profiles are those of the npm package `langdetect` (Apache-2.0).
 * Deviates: a fixed stream of random numbers and 21 trials, where the original draws anew and takes the mean of seven, so
 * that it sometimes changes its answer; Catalan and Welsh have no profile.
 *
 * @returns an ISO 639-1 code, "zh-cn" or "zh-tw"; "unknown" where no language reaches 10 %
 * @throws MissingPackageError the package langdetect is not installed
 * @example
 * detectLanguage("The weather is nice today and we will go for a walk.")   // "en"
 */
export function detectLanguage(text: string): string | null {
  const grams = gramsOf(clean(text), model());
  if (grams.length === 0) return null;
  const random = new Random(0, "detectLanguage");
  const mean = new Float64Array(CODES.length);
  for (let trial = 0; trial < TRIALS; trial++) {
    const current = new Float64Array(CODES.length).fill(1 / CODES.length);
    const weight = (ALPHA + random.normal() * ALPHA_WIDTH) / BASE_FREQUENCY;
    for (let draw = 0; ; draw++) {
      const row = random.pick(grams);
      for (let i = 0; i < row.length; i++)
        current[i] = current[i]! * (weight + row[i]!);
      if (
        draw % 5 === 0 &&
        (normalizeAll(current) > CERTAIN || draw >= MOST_DRAWS)
      )
        break;
    }
    for (let i = 0; i < mean.length; i++)
      mean[i] = mean[i]! + current[i]! / TRIALS;
  }
  const best = mean.reduce(
    (winner, value, i) => (value > mean[winner]! ? i : winner),
    0,
  );
  return mean[best]! > LEAST_PROBABILITY ? CODES[best]! : "unknown";
}
