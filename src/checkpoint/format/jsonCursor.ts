/** A cursor over JSON text that gives values in the order of the text and hides none of it. */

/** Half a surrogate pair, which is not Unicode text. */
const LONE_SURROGATE = /\p{Surrogate}/u;
const INTEGER = /(?:0|[1-9][0-9]*)(?![0-9.eE])/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const LITERAL = /true|false|null/y;

/** Arrays and objects inside each other that the reference library's parser allows. */
const MAX_DEPTH = 127;
const MAX_U64 = 2n ** 64n - 1n;

/**
 * Reads one JSON text, driven by the caller, who says what must come next.
 *
 * `JSON.parse` would hide what the format forbids: it drops the first of two equal keys, moves keys that look like integers to the
 * front, reads `2.0`, `2e0` and `-0` as integers, rounds integers above 2⁵³, and lets half surrogate pairs pass. Here every key
 * reaches the caller, in its order.
 */
export class JsonCursor {
  private at = 0;
  private depth = 0;

  /**
   * @param text  the JSON text
   * @param fail  makes the error from what must hold, and what was got
   */
  constructor(
    private readonly text: string,
    private readonly fail: (message: string) => Error,
  ) {}

  /** The next character that is not white space, without taking it; "" at the end. */
  peek(): string {
    this.space();
    return this.text[this.at] ?? "";
  }

  /** Take an object; `field` must take the value behind each key. */
  object(field: (key: string) => void): void {
    this.list("{", "}", () => {
      const key = this.string();
      this.take(":");
      field(key);
    });
  }

  /** Take an array; `item` must take each value. */
  array(item: () => void): void {
    this.list("[", "]", item);
  }

  /** Take a string. */
  string(): string {
    this.space();
    if (this.text[this.at] !== '"') throw this.expected("a string");
    let end = this.at + 1;
    while (end < this.text.length && this.text[end] !== '"')
      end += this.text[end] === "\\" ? 2 : 1;
    let value: string;
    try {
      value = JSON.parse(this.text.slice(this.at, end + 1)) as string;
    } catch {
      throw this.expected("a string");
    }
    if (LONE_SURROGATE.test(value))
      throw this.expected("a string without lone surrogates");
    this.at = end + 1;
    return value;
  }

  /** Take an integer of [0, 2⁶⁴): a number up to 2⁵³, a bigint above. */
  integer(): number | bigint {
    this.space();
    const digits = this.match(INTEGER);
    if (digits === undefined) throw this.expected("an integer ≥ 0");
    const value = Number(digits);
    if (Number.isSafeInteger(value)) return value;
    // The length first: text of a megabyte would take long to become a number.
    if (digits.length > 20 || BigInt(digits) > MAX_U64) {
      this.at -= digits.length;
      throw this.expected("an integer below 2^64");
    }
    return BigInt(digits);
  }

  /** Take any number. */
  number(): number {
    this.space();
    const digits = this.match(NUMBER);
    const value = Number(digits ?? NaN);
    if (!Number.isFinite(value)) {
      this.at -= digits?.length ?? 0;
      throw this.expected("a number that float64 holds");
    }
    return value;
  }

  /** Take `null`. */
  null(): void {
    this.space();
    if (!this.text.startsWith("null", this.at)) throw this.expected("null");
    this.at += 4;
  }

  /** Take any value and forget it. */
  skip(): void {
    const next = this.peek();
    if (next === "{") this.object(() => this.skip());
    else if (next === "[") this.array(() => this.skip());
    else if (next === '"') this.string();
    else if (/[-0-9]/.test(next)) this.number();
    else if (this.match(LITERAL) === undefined) throw this.expected("a value");
  }

  /** Nothing but white space may follow. */
  end(): void {
    this.space();
    if (this.at < this.text.length) throw this.expected("nothing more");
  }

  /** The error that something else must stand here. */
  expected(what: string): Error {
    const rest = this.text.slice(this.at, this.at + 20);
    return this.fail(
      `JSON with ${what} at character ${this.at}, got ${rest === "" ? "its end" : JSON.stringify(rest)}`,
    );
  }

  private list(open: string, close: string, item: () => void): void {
    this.take(open);
    if (++this.depth > MAX_DEPTH)
      throw this.expected(`at most ${MAX_DEPTH} nested values`);
    if (this.peek() !== close) {
      for (;;) {
        item();
        if (this.peek() !== ",") break;
        this.at++;
      }
    }
    this.take(close);
    this.depth--;
  }

  private take(character: string): void {
    this.space();
    if (this.text[this.at] !== character) throw this.expected(character);
    this.at++;
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const text = pattern.exec(this.text)?.[0];
    this.at += text?.length ?? 0;
    return text;
  }

  private space(): void {
    while (" \t\n\r".includes(this.text[this.at] ?? "x")) this.at++;
  }
}
