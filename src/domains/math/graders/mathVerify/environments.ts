/** Where mathematics stands in a text: dollars, `\(…\)`, `\[…\]`, a bracket between blanks, a bare fraction of numbers. */

/** Mathematics found in a text. */
export interface Environment {
  /** What stands between the delimiters. */
  inside: string;
  /** Whether a percent sign or word follows. */
  percent: boolean;
  /** Position behind the delimiter, the percent sign and white space. */
  end: number;
}

const FRACTION = /-?\\frac\{-?\d+(?:[.,]\d+)?\}\{-?\d+(?:[.,]\d+)?\}/y;
const PERCENT = /(?:\\?%|[Pp]ercent|[Pp]ct)/y;
const SPACE = /\s/;

/**
 * Finds the environment that begins at a position, in time that does not grow with how many openings never close: positions of
 * closings are looked up in sorted lists made once.
 */
export class Environments {
  private readonly closings = new Map<string, number[]>();

  constructor(readonly text: string) {}

  /** The first position ≥ at where `what` stands, or −1. */
  private next(what: string, at: number): number {
    let places = this.closings.get(what);
    if (!places) {
      places = [];
      for (
        let i = this.text.indexOf(what);
        i >= 0;
        i = this.text.indexOf(what, i + 1)
      )
        places.push(i);
      this.closings.set(what, places);
    }
    let low = 0;
    let high = places.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (places[middle]! < at) low = middle + 1;
      else high = middle;
    }
    return places[low] ?? -1;
  }

  private escaped(at: number): boolean {
    return this.text[at - 1] === "\\";
  }

  /** Content from `from` to the closing `close`; null where it is empty, escaped, or (if asked) not on one line. */
  private upTo(close: string, from: number, oneLine: boolean): number | null {
    const to = this.next(close, from);
    if (to <= from || this.escaped(to)) return null;
    if (oneLine) {
      const line = this.next("\n", from);
      if (line >= 0 && line < to) return null;
    }
    return to;
  }

  private dollars(at: number): [number, number, number] | null {
    const { text } = this;
    if (this.escaped(at)) return null;
    if (text.startsWith("$$", at)) {
      const to = this.upTo("$$", at + 2, false);
      if (to !== null) return [at + 2, to, to + 2];
    }
    if (at > 0 && /\d/.test(text[at - 1]!)) return null;
    const line = this.next("\n", at + 1);
    for (let to = at + 1; ; to++) {
      to = this.next("$", to);
      if (to < 0 || (line >= 0 && line < to) || to === at + 1) return null;
      if (!this.escaped(to)) return [at + 1, to, to + 1];
    }
  }

  private delimited(at: number): [number, number, number] | null {
    const { text } = this;
    const c = text[at]!;
    if (c === "$") return this.dollars(at);
    if (c === "\\") {
      const open = text[at + 1];
      if ((open !== "[" && open !== "(") || this.escaped(at)) return null;
      const close = open === "[" ? "\\]" : "\\)";
      const to = this.upTo(close, at + 2, open === "(");
      return to === null ? null : [at + 2, to, to + 2];
    }
    if (!SPACE.test(c) || text[at + 1] !== "[") return null;
    const to = this.next("]", at + 2);
    if (to <= at + 2 || !SPACE.test(text[to + 1] ?? "")) return null;
    for (const stop of ["\n", "["]) {
      const i = this.next(stop, at + 2);
      if (i >= 0 && i < to) return null;
    }
    return [at + 2, to, to + 2];
  }

  /** The environment that begins at a position; `boxed` asks for a `\boxed{…}` inside it. */
  find(at: number, boxed: boolean): Environment | null {
    const c = this.text[at];
    if (c === undefined || !/[$\\\s-]/.test(c)) return null;
    let place = this.delimited(at);
    if (boxed) {
      if (!place) return null;
      const box = this.next("\\boxed{", place[0]);
      if (box < 0 || box >= place[1]) return null;
      const close = this.next("}", box + 8);
      if (close < 0 || close >= place[1]) return null;
    } else if (!place) {
      FRACTION.lastIndex = at;
      const found = FRACTION.exec(this.text);
      if (!found) return null;
      place = [at, at + found[0].length, at + found[0].length];
    }
    const inside = this.text.slice(place[0], place[1]);
    let end = this.skipSpace(place[2]);
    PERCENT.lastIndex = end;
    const sign = PERCENT.exec(this.text);
    if (sign) end += sign[0].length;
    return { inside, percent: sign !== null, end };
  }

  /** The position of the first character at or behind `at` that is not white space. */
  skipSpace(at: number): number {
    while (at < this.text.length && SPACE.test(this.text[at]!)) at++;
    return at;
  }

  /** Up to six environments joined by commas, "and" or "or". */
  chain(at: number, boxed: boolean): Environment[] | null {
    const first = this.find(at, boxed);
    if (!first) return null;
    const found = [first];
    const joint = /\s*(?:,?and|,?or|,)/y;
    while (found.length < 6) {
      joint.lastIndex = found.at(-1)!.end;
      const joined = joint.exec(this.text);
      if (!joined) break;
      // A bracket between blanks needs one of the blanks itself.
      const to = this.skipSpace(joint.lastIndex);
      const next =
        this.find(to, boxed) ??
        (to > joint.lastIndex ? this.find(to - 1, boxed) : null);
      if (!next) break;
      found.push(next);
    }
    return found;
  }
}
