/** Whether Python's `json.loads` accepts a text: unlike `JSON.parse`, with NaN and Infinity. */

/** Deeper nesting overflows Python's stack. */
const DEEPEST = 990;
/** Longer integers are refused by Python since 3.11. */
const MOST_DIGITS = 4300;

const SPACE = /[ \t\n\r]*/y;
const SCALAR =
  /true|false|null|NaN|-?Infinity|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y;

/** A place in a text; patterns are sticky, so that each character is read once. */
class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  take(sticky: RegExp): string | null {
    sticky.lastIndex = this.at;
    const found = sticky.exec(this.text)?.[0] ?? null;
    if (found !== null) this.at = sticky.lastIndex;
    return found;
  }

  skipSpace(): void {
    this.take(SPACE);
  }

  /** Read one character if it is the given one. */
  char(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  atEnd(): boolean {
    return this.at === this.text.length;
  }

  string(): boolean {
    // A loop instead of one expression: its repeat would use the stack for every character of a long string.
    if (this.text[this.at] !== '"') return false;
    for (let i = this.at + 1; i < this.text.length; i++) {
      const character = this.text[i]!;
      if (character === '"') {
        this.at = i + 1;
        return true;
      }
      if (character < " ") return false;
      if (character !== "\\") continue;
      const next = this.text[++i];
      if (next === undefined) return false;
      if (next === "u") {
        if (!/^[0-9a-fA-F]{4}$/.test(this.text.slice(i + 1, i + 5)))
          return false;
        i += 4;
      } else if (!'"\\/bfnrt'.includes(next)) return false;
    }
    return false;
  }
}

/**
 * Whether `json.loads(text)` raises nothing. Linear in the length of the text.
 *
 * @example
 * isJson("[NaN, 1]")   // true
 */
export function isJson(text: string): boolean {
  const reader = new Reader(text);
  const open: ("]" | "}")[] = [];
  reader.skipSpace();
  for (;;) {
    // A value starts here.
    if (reader.char("[")) {
      open.push("]");
      reader.skipSpace();
      if (!reader.char("]")) {
        if (open.length > DEEPEST) return false;
        continue;
      }
      open.pop();
    } else if (reader.char("{")) {
      open.push("}");
      reader.skipSpace();
      if (!reader.char("}")) {
        if (open.length > DEEPEST || !key(reader)) return false;
        continue;
      }
      open.pop();
    } else if (!reader.string()) {
      const scalar = reader.take(SCALAR);
      if (
        scalar === null ||
        (/^-?\d+$/.test(scalar) && scalar.length > MOST_DIGITS)
      )
        return false;
    }
    // A value ended here: close what ends with it, then go on after a comma.
    for (;;) {
      reader.skipSpace();
      const closer = open.at(-1);
      if (closer === undefined) return reader.atEnd();
      if (reader.char(closer)) {
        open.pop();
        continue;
      }
      if (!reader.char(",")) return false;
      reader.skipSpace();
      if (closer === "}" && !key(reader)) return false;
      break;
    }
  }
}

function key(reader: Reader): boolean {
  if (!reader.string()) return false;
  reader.skipSpace();
  if (!reader.char(":")) return false;
  reader.skipSpace();
  return true;
}
