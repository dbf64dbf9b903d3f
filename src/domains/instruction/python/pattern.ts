/** Translates a Python regular expression into a JavaScript one, or refuses it by name. */
import { TaskError } from "../../../error.js";
import { SPACE, WORD } from "./text.js";

/** Flags of Python's `re` that a translation can have. */
export interface PatternOptions {
  /** `re.IGNORECASE`. */
  ignoreCase?: boolean;
  /** `re.MULTILINE`. */
  multiline?: boolean;
}

const NOT_WORD = `[^${WORD}]`;
const BOUNDARY = `(?:(?<=[${WORD}])(?![${WORD}])|(?<![${WORD}])(?=[${WORD}]))`;
const NO_BOUNDARY = `(?:(?<=[${WORD}])(?=[${WORD}])|(?<![${WORD}])(?![${WORD}]))`;
const CONTROLS: Readonly<Record<string, string>> = {
  a: "\\x07",
  f: "\\f",
  n: "\\n",
  r: "\\r",
  t: "\\t",
  v: "\\v",
};
const CLASSES: Readonly<Record<string, string>> = {
  d: "\\p{Nd}",
  D: "\\P{Nd}",
  w: `[${WORD}]`,
  W: NOT_WORD,
  s: `[${SPACE}]`,
  S: `[^${SPACE}]`,
};

/** What an inline flag of a Python pattern means; the others are refused. */
const INLINE = /^\(\?([aiLmsux]+)\)/;

interface Flags {
  ignoreCase: boolean;
  multiline: boolean;
  dotAll: boolean;
}

/** A literal character, escaped for JavaScript's `v` mode, inside a class and outside. */
function literal(character: string): string {
  return /^[\p{L}\p{N}_]$/u.test(character) ||
    character.codePointAt(0)! > 0x7f ||
    character === " "
    ? character
    : `\\u{${character.codePointAt(0)!.toString(16)}}`;
}

/** Letters that Python takes for one when case is ignored, and JavaScript for several. */
const DOTTED = "iI\u0130\u0131";

class Translation {
  private at = 0;
  private readonly characters: string[];
  private flags: Flags;
  private out = "";
  /** Whether the last item can be repeated: false at the start of a branch and after a quantifier. */
  private repeatable = false;
  private readonly names = new Map<string, number>();
  private groups = 0;
  /** For each open group: whether it holds an unbounded quantifier so far. */
  private readonly loops: boolean[] = [false];
  private readonly closers: string[] = [];
  /** Whether the item just closed holds an unbounded quantifier. */
  private innerLoop = false;

  constructor(
    private readonly source: string,
    options: PatternOptions,
  ) {
    this.flags = {
      ignoreCase: options.ignoreCase ?? false,
      multiline: options.multiline ?? false,
      dotAll: false,
    };
    this.characters = [...source];
  }

  private refuse(what: string): never {
    throw new TaskError(`pattern: ${what}, got ${JSON.stringify(this.source)}`);
  }

  private rest(): string {
    return this.characters.slice(this.at, this.at + 40).join("");
  }

  run(): RegExp {
    const inline = INLINE.exec(this.source);
    if (inline !== null) {
      this.setFlags(inline[1]!);
      this.at = inline[0].length;
    }
    while (this.at < this.characters.length) this.item();
    if (this.closers.length > 0) this.refuse("must close every group");
    return new RegExp(this.out, `gv${this.flags.ignoreCase ? "i" : ""}`);
  }

  private setFlags(letters: string): void {
    for (const letter of letters) {
      if (letter === "i") this.flags.ignoreCase = true;
      else if (letter === "m") this.flags.multiline = true;
      else if (letter === "s") this.flags.dotAll = true;
      else if (letter !== "u")
        this.refuse(`must not use the inline flag "${letter}"`);
    }
  }

  private emit(text: string, repeatable = true): void {
    this.out += text;
    this.repeatable = repeatable;
    this.innerLoop = false;
  }

  private item(): void {
    const character = this.characters[this.at]!;
    if (character === "\\") return this.emit(...this.escape());
    if (character === "[") return this.emit(this.characterClass());
    if (character === "(") return this.open();
    if (character === ")") return this.close();
    this.at++;
    if (character === "|") return this.emit("|", false);
    if (character === ".")
      return this.emit(this.flags.dotAll ? "[\\s\\S]" : "[^\\n]");
    if (character === "^")
      return this.emit(this.flags.multiline ? "(?<![^\\n])" : "(?<![\\s\\S])");
    if (character === "$")
      return this.emit(
        this.flags.multiline ? "(?![^\\n])" : "(?=\\n?(?![\\s\\S]))",
      );
    if ("*+?".includes(character))
      return this.quantifier(character, character !== "?");
    if (character === "{") {
      const counted = /^(\d*)(,?)(\d*)\}/.exec(this.rest());
      if (
        counted !== null &&
        (counted[1] !== "" || counted[3] !== "" || counted[2] !== "") &&
        `${counted[1]}${counted[3]}` !== ""
      ) {
        this.at += counted[0].length;
        const [, low, comma, high] = counted;
        return this.quantifier(
          `{${low === "" ? "0" : low}${comma}${high}}`,
          comma !== "" && high === "",
        );
      }
    }
    this.emit(this.letter(character));
  }

  /** A literal character outside a class. */
  private letter(character: string): string {
    return this.flags.ignoreCase && DOTTED.includes(character)
      ? `[${DOTTED}]`
      : literal(character);
  }

  private quantifier(text: string, unbounded: boolean): void {
    if (!this.repeatable) this.refuse("must have something to repeat");
    if (this.characters[this.at] === "+")
      this.refuse("must not use a possessive quantifier");
    if (unbounded && this.innerLoop)
      this.refuse("must not repeat a group that repeats inside");
    if (unbounded) this.loops[this.loops.length - 1] = true;
    const lazy = this.characters[this.at] === "?";
    if (lazy) this.at++;
    this.out += text + (lazy ? "?" : "");
    this.repeatable = false;
  }

  private open(): void {
    const rest = this.rest();
    const named = /^\(\?P<([A-Za-z_]\w*)>/.exec(rest);
    const back = /^\(\?P=([A-Za-z_]\w*)\)/.exec(rest);
    const comment = /^\(\?#[^)]*\)/.exec(
      this.characters.slice(this.at).join("").slice(0, 10000),
    );
    const plain = /^\(\?(?::|=|!|<=|<!)/.exec(rest);
    if (comment !== null) {
      this.at += [...comment[0]].length;
      return;
    }
    if (back !== null) {
      const index = this.names.get(back[1]!);
      if (index === undefined) this.refuse(`must define the group ${back[1]}`);
      this.at += back[0].length;
      return this.emit(`(?:\\${index})`);
    }
    if (plain !== null) this.at += plain[0].length;
    else if (named !== null) {
      this.groups++;
      this.names.set(named[1]!, this.groups);
      this.at += named[0].length;
    } else if (rest.startsWith("(?")) {
      this.refuse(`must not use the construct "${rest.slice(0, 3)}"`);
    } else {
      this.groups++;
      this.at++;
    }
    this.closers.push(")");
    this.loops.push(false);
    this.emit(plain === null ? "(" : plain[0], false);
  }

  private close(): void {
    if (this.closers.pop() === undefined)
      this.refuse("must open every group that it closes");
    this.at++;
    const loop = this.loops.pop()!;
    if (loop) this.loops[this.loops.length - 1] = true;
    this.emit(")");
    this.innerLoop = loop;
  }

  /** One escape outside a class. */
  private escape(): [text: string, repeatable: boolean] {
    const next = this.characters[this.at + 1];
    if (next === undefined) this.refuse("must not end in a backslash");
    if (/[1-9]/.test(next)) {
      const digits = /^\d{1,2}/.exec(
        this.characters.slice(this.at + 1, this.at + 3).join(""),
      )![0];
      if (Number(digits) > this.groups)
        this.refuse(`must define the group ${digits}`);
      this.at += 1 + digits.length;
      return [`(?:\\${digits})`, true];
    }
    const anchors: Readonly<Record<string, string>> = {
      b: BOUNDARY,
      B: NO_BOUNDARY,
      A: "(?<![\\s\\S])",
      Z: "(?![\\s\\S])",
    };
    if (Object.hasOwn(anchors, next)) {
      this.at += 2;
      return [anchors[next]!, true];
    }
    return [this.characterEscape(), true];
  }

  /** An escape that stands for characters, inside a class and outside. */
  private characterEscape(): string {
    const next = this.characters[this.at + 1];
    if (next === undefined) this.refuse("must not end in a backslash");
    if (Object.hasOwn(CLASSES, next)) {
      this.at += 2;
      return CLASSES[next]!;
    }
    if (Object.hasOwn(CONTROLS, next)) {
      this.at += 2;
      return CONTROLS[next]!;
    }
    const hex =
      /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(0[0-7]{0,2}))/.exec(
        this.characters.slice(this.at + 1, this.at + 10).join(""),
      );
    if (hex !== null) {
      this.at += 1 + hex[0].length;
      const code =
        hex[4] === undefined
          ? parseInt((hex[1] ?? hex[2] ?? hex[3])!, 16)
          : parseInt(hex[4], 8);
      return `\\u{${code.toString(16)}}`;
    }
    // Python refuses unknown escapes of ASCII letters, and takes any other character as itself.
    if (/[A-Za-z]/.test(next))
      this.refuse(`must not use the escape "\\${next}"`);
    this.at += 2;
    return literal(next);
  }

  private classItem(): string {
    const character = this.characters[this.at]!;
    if (character !== "\\") {
      this.at++;
      return literal(character);
    }
    if (this.characters[this.at + 1] === "b") {
      this.at += 2;
      return "\\x08";
    }
    return this.characterEscape();
  }

  private characterClass(): string {
    this.at++;
    const negated = this.characters[this.at] === "^";
    if (negated) this.at++;
    let inner = "";
    for (let first = true; ; first = false) {
      const character = this.characters[this.at];
      if (character === undefined) this.refuse("must close every class");
      if (character === "]" && !first) break;
      const low = this.classItem();
      const isRange =
        this.characters[this.at] === "-" &&
        this.characters[this.at + 1] !== "]" &&
        this.characters[this.at + 1] !== undefined;
      if (!isRange) {
        inner += low;
        continue;
      }
      this.at++;
      const high = this.classItem();
      if (
        low.startsWith("[") ||
        high.startsWith("[") ||
        /^\\[pP]/.test(low + high)
      )
        this.refuse("must not use a class as the end of a range");
      inner += `${low}-${high}`;
    }
    this.at++;
    return `[${negated ? "^" : ""}${inner}]`;
  }
}

const CACHE = new Map<string, RegExp>();

/**
 * The JavaScript expression that matches what a Python one matches, with the flags `g` and `v`.
 *
 * `\w`, `\d`, `\s` and `\b` are Unicode as in Python; `.`, `^` and `$` know `\n` only; escaped punctuation, `{` without a
 * count, `(?i)` at the start, `(?P<name>…)` and `(?P=name)` are understood.
 * Refused by name: possessive quantifiers, atomic and conditional groups, scoped flags, the flags a, L and x, and a repeated
 * group with an unbounded repeat inside, whose time is exponential.
 *
 * @param source  what `re.compile` would get
 * @throws TaskError the pattern is not valid in Python, or is refused
 * @example
 * pattern("well\\-being", { ignoreCase: true }).test("Well-being")   // true
 */
export function pattern(source: string, options: PatternOptions = {}): RegExp {
  const key = JSON.stringify([source, options.ignoreCase, options.multiline]);
  const known = CACHE.get(key);
  if (known !== undefined) {
    known.lastIndex = 0;
    return known;
  }
  let made: RegExp;
  try {
    made = new Translation(source, options).run();
  } catch (error) {
    if (error instanceof TaskError) throw error;
    throw new TaskError(
      `pattern: must be a regular expression, got ${JSON.stringify(source)}`,
    );
  }
  if (CACHE.size >= 1000) CACHE.clear();
  CACHE.set(key, made);
  return made;
}

/** `re.escape(text)`, as a source for `pattern`. */
export function escapePattern(text: string): string {
  return text.replace(/[^\p{L}\p{N}_]/gu, (character) => `\\${character}`);
}

/** `len(re.findall(source, text, re.IGNORECASE))`. */
export function countMatches(source: string, text: string): number {
  return text.match(pattern(source, { ignoreCase: true }))?.length ?? 0;
}

/** Whether `\bsource\b` matches anywhere, ignoring case unless told otherwise. */
export function hasWord(
  source: string,
  text: string,
  ignoreCase = true,
): boolean {
  // As in the reference, without a group: an alternative in the source splits the boundaries.
  return pattern(`\\b${source}\\b`, { ignoreCase }).test(text);
}

/** Whether a keyword of a data file is a regular expression: real files leave keywords unescaped, and "c++" is an error. */
export function isPattern(source: string): boolean {
  try {
    pattern(source);
    return true;
  } catch {
    return false;
  }
}
