/** Reading literals as Python writes them: what models write for JSON, and how some data files write calls and tables. */

/** Deeper nesting is refused: a reader must not run out of stack on a text of brackets. */
const DEEPEST = 200;

const NUMBER = /[+-]?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z_]\w*/y;
const SPACE = /(?:\s|#[^\n]*)*/y;
const WORDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["True", true],
  ["False", false],
  ["None", null],
  ["true", true],
  ["false", false],
  ["null", null],
]);
const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  b: "\b",
  f: "\f",
  v: "\v",
  a: "\u0007",
  "0": "\0",
  "\n": "",
  "\\": "\\",
  "'": "'",
  '"': '"',
  "/": "/",
};

/** A place in a text, moved on by reading. */
export class PythonReader {
  constructor(
    readonly text: string,
    /** Where the next character stands. */
    public at: number = 0,
  ) {}

  /** Whether white space and comments are all that is left. */
  get done(): boolean {
    this.match(SPACE);
    return this.at >= this.text.length;
  }

  /** Whether a mark comes next; it is read where it does. */
  take(mark: string): boolean {
    this.match(SPACE);
    if (!this.text.startsWith(mark, this.at)) return false;
    this.at += mark.length;
    return true;
  }

  /**
   * Read a mark that must come next.
   *
   * @throws SyntaxError another text comes next
   */
  expect(mark: string): void {
    if (!this.take(mark)) this.fail(`"${mark}"`);
  }

  /** The name that comes next, or null where none does. */
  name(): string | null {
    this.match(SPACE);
    return this.match(WORD);
  }

  /**
   * Read one value: text, number, truth value, None, list, tuple or dictionary (their last item may be followed by a comma).
   *
   * @throws SyntaxError no such value comes next, or it is nested more than 200 deep
   */
  value(depth: number = 0): unknown {
    if (depth > DEEPEST) this.fail(`at most ${DEEPEST} levels`);
    this.match(SPACE);
    const first = this.text[this.at];
    if (first === "[") return this.list("[", "]", depth);
    if (first === "(") return this.list("(", ")", depth);
    if (first === "{") return this.dictionary(depth);
    if (first === "'" || first === '"') return this.string();
    const number = this.match(NUMBER);
    if (number !== null) return Number(number.replaceAll("_", ""));
    const begin = this.at;
    const word = this.match(WORD);
    if (word === null || !WORDS.has(word)) {
      this.at = begin;
      this.fail("a value");
    }
    return WORDS.get(word);
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) return null;
    this.at = pattern.lastIndex;
    return found[0];
  }

  private list(open: string, close: string, depth: number): unknown[] {
    this.expect(open);
    const items: unknown[] = [];
    while (!this.take(close)) {
      items.push(this.value(depth + 1));
      if (this.take(close)) break;
      this.expect(",");
    }
    return items;
  }

  private dictionary(depth: number): Record<string, unknown> {
    this.expect("{");
    const entries: [string, unknown][] = [];
    while (!this.take("}")) {
      const key = this.value(depth + 1);
      if (typeof key !== "string" && typeof key !== "number")
        this.fail("a key before this place");
      this.expect(":");
      entries.push([String(key), this.value(depth + 1)]);
      if (this.take("}")) break;
      this.expect(",");
    }
    return Object.fromEntries(entries);
  }

  private string(): string {
    const mark = this.text[this.at]!;
    const quote = this.text.startsWith(mark.repeat(3), this.at)
      ? mark.repeat(3)
      : mark;
    this.at += quote.length;
    let read = "";
    for (;;) {
      const next = this.text[this.at];
      if (next === undefined || (next === "\n" && quote.length === 1))
        this.fail(`the closing ${quote}`);
      if (this.text.startsWith(quote, this.at)) {
        this.at += quote.length;
        return read;
      }
      if (next === "\\") read += this.escape();
      else {
        read += next;
        this.at++;
      }
    }
  }

  private escape(): string {
    const mark = this.text[this.at + 1] ?? "";
    const digits = { x: 2, u: 4, U: 8 }[mark];
    if (digits !== undefined) {
      const code = this.text.slice(this.at + 2, this.at + 2 + digits);
      if (code.length !== digits || !/^[0-9a-fA-F]+$/.test(code))
        this.fail(`${digits} hexadecimal digits`);
      const point = parseInt(code, 16);
      if (point > 0x10ffff) this.fail("a character");
      this.at += 2 + digits;
      return String.fromCodePoint(point);
    }
    this.at += 2;
    return Object.hasOwn(ESCAPES, mark) ? ESCAPES[mark]! : `\\${mark}`;
  }

  private fail(wanted: string): never {
    throw new SyntaxError(
      `must have ${wanted} at character ${this.at}, got ${JSON.stringify(this.text.slice(this.at, this.at + 20))}`,
    );
  }
}

/**
 * The value of a Python literal; what JSON writes is read as well.
 *
 * @throws SyntaxError the text is not a literal
 * @example
 * readPythonLiteral("{'a': [1, True, None],}")   // { a: [1, true, null] }
 */
export function readPythonLiteral(text: string): unknown {
  const reader = new PythonReader(text);
  const value = reader.value();
  if (!reader.done) reader.expect("the end");
  return value;
}
