/** A tokenizer: text → ids and back, run by the Hugging Face tokenizers library from a `tokenizer.json`. */
import { dirname } from "node:path";
import { Tokenizer as Library } from "@huggingface/tokenizers";
import { TokenizerError } from "../error.js";
import { BUDGETS, readJsonObject } from "../io/index.js";
import { hasOnlySimplePatterns, withinTime } from "./withinTime.js";

type Json = Record<string, unknown>;

/** Characters from which a text is long: patterns without any repeated group may be slow on it, too. */
const LONG = 20_000;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Text ↔ token ids.
 *
 * The strings of special tokens become their ids wherever they stand in the text (see `findSpecials`), and no other token is added.
 * `decode(encode(text))` is `text` for every text that is valid Unicode under a byte-level tokenizer.
 *
 * @example
 * const tokenizer = Tokenizer.fromFile("models/base/tokenizer.json");
 * tokenizer.encode("<|im_start|>user\nHi<|im_end|>");
 */
export class Tokenizer {
  /** The `tokenizer.json` it was made from; not to be modified. */
  readonly json: object;
  /** The model folder that it was read from; null where it was made from JSON. */
  readonly folder: string | null;
  /** Smallest vocabulary that holds every id: the largest id plus one. */
  readonly size: number;
  private readonly library: Library;
  /** Whether no pattern of it can take long on a short text. */
  private readonly isSimple: boolean;

  private constructor(json: Json, folder: string | null) {
    this.folder = folder;
    this.size = checkTokenizerJson(json);
    this.json = json;
    this.isSimple = hasOnlySimplePatterns(json);
    try {
      this.library = new Library(json, {});
    } catch (error) {
      throw new TokenizerError(
        `Tokenizer: the library must accept tokenizer.json, got "${(error as Error).message}"`,
      );
    }
  }

  /**
   * Read a `tokenizer.json` file.
   *
   * @throws TokenizerError the file is missing, is not JSON, or breaks the format
   */
  static fromFile(path: string): Tokenizer {
    const json = readJsonObject(
      path,
      BUDGETS.tokenizer,
      (message, cause) =>
        new TokenizerError(`Tokenizer.fromFile: ${message}`, { cause }),
    );
    return new Tokenizer(json, dirname(path));
  }

  /**
   * Make a tokenizer from a parsed `tokenizer.json`.
   *
   * @throws TokenizerError something is missing or contradicts itself; the message names it
   */
  static fromJson(json: object): Tokenizer {
    if (!isObject(json))
      throw new TokenizerError(
        `Tokenizer: tokenizer.json must hold an object, got ${describe(json)}`,
      );
    return new Tokenizer(json, null);
  }

  /**
   * Ids of a text.
   *
   * @throws TokenizerError a pattern of the tokenizer takes far longer on this text than any sound one does
   */
  encode(text: string): number[] {
    const encode = (): number[] =>
      this.library.encode(text, { add_special_tokens: false }).ids;
    return this.isSimple && text.length < LONG
      ? encode()
      : withinTime(text.length, encode);
  }

  /**
   * Text of ids, special tokens included. Bytes that are no valid UTF-8 come out as U+FFFD.
   *
   * @throws TokenizerError an id is not in the vocabulary
   */
  decode(ids: readonly number[]): string {
    if (ids.length === 0) return "";
    for (const id of ids) {
      if (this.library.id_to_token(id) === undefined) {
        throw new TokenizerError(
          `decode: id must be in the vocabulary of ${this.size} tokens, got ${id}`,
        );
      }
    }
    return this.library.decode([...ids], {
      skip_special_tokens: false,
      clean_up_tokenization_spaces: false,
    });
  }

  /** Whether a token is in the vocabulary. */
  has(token: string): boolean {
    return this.library.token_to_id(token) !== undefined;
  }

  /**
   * Id of one token.
   *
   * @throws TokenizerError the vocabulary lacks the token
   */
  id(token: string): number {
    const id = this.library.token_to_id(token);
    if (id === undefined)
      throw new TokenizerError(
        `id: token must be in the vocabulary of ${this.size} tokens, got "${token}"`,
      );
    return id;
  }
}

function describe(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : typeof value;
}

function fail(what: string, got: string): never {
  throw new TokenizerError(`Tokenizer: ${what}, got ${got}`);
}

/** Check the parts that the library trusts, and return the size of the vocabulary. */
function checkTokenizerJson(json: Json): number {
  const { model, added_tokens: added } = json;
  if (!isObject(model)) return fail("model must be an object", describe(model));
  for (const part of [
    "normalizer",
    "pre_tokenizer",
    "post_processor",
    "decoder",
  ]) {
    if (json[part] !== null && !isObject(json[part]))
      fail(`${part} must be an object or null`, describe(json[part]));
  }
  if (model.type !== "BPE")
    fail(`model.type must be "BPE"`, JSON.stringify(model.type) ?? "undefined");
  if (!isObject(model.vocab))
    return fail("model.vocab must be an object", describe(model.vocab));
  if (!Array.isArray(added))
    return fail("added_tokens must be an array", describe(added));
  const size = checkIds(model.vocab, added);
  if (!Array.isArray(model.merges))
    return fail("model.merges must be an array", describe(model.merges));
  checkMerges(model.vocab, model.merges);
  return size;
}

/** Check that each id belongs to one token; one more than the largest. */
function checkIds(vocab: Json, added: readonly unknown[]): number {
  const owners = new Map<number, string>();
  const own = (token: string, id: unknown): void => {
    if (typeof id !== "number" || !Number.isSafeInteger(id) || id < 0) {
      return fail(
        `id of token "${token}" must be an integer ≥ 0`,
        JSON.stringify(id) ?? "undefined",
      );
    }
    const owner = owners.get(id);
    if (owner !== undefined && owner !== token)
      fail(`id ${id} must belong to one token`, `"${owner}" and "${token}"`);
    owners.set(id, token);
  };
  for (const [token, id] of Object.entries(vocab)) own(token, id);
  for (const entry of added) {
    if (
      !isObject(entry) ||
      typeof entry.content !== "string" ||
      entry.content === ""
    ) {
      return fail(
        "every entry of added_tokens must have a content",
        JSON.stringify(entry),
      );
    }
    const { content, id } = entry;
    if (Object.hasOwn(vocab, content) && vocab[content] !== id) {
      fail(
        `added token "${content}" must have its id of model.vocab, ${String(vocab[content])}`,
        String(id),
      );
    }
    own(content, id);
  }
  if (owners.size === 0) fail("the vocabulary must not be empty", "0 tokens");
  let largest = 0;
  for (const id of owners.keys()) largest = Math.max(largest, id);
  return largest + 1;
}

function checkMerges(vocab: Json, merges: readonly unknown[]): void {
  merges.forEach((merge, index) => {
    const pair: unknown = typeof merge === "string" ? merge.split(" ") : merge;
    if (
      !Array.isArray(pair) ||
      pair.length !== 2 ||
      pair.some((part) => typeof part !== "string")
    ) {
      return fail(
        `merge ${index} must be a pair of tokens`,
        JSON.stringify(merge) ?? "undefined",
      );
    }
    const [left, right] = pair as [string, string];
    for (const token of [left, right, left + right]) {
      if (!Object.hasOwn(vocab, token))
        fail(`merge ${index} must use tokens of model.vocab`, `"${token}"`);
    }
  });
}
