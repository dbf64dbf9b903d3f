/** JSON as Python reads it, compared as Python compares: whole numbers of any size, NaN, True equal to 1. */

/** A value of `readPyJson`; whole numbers are bigint, others number, objects maps. */
export type PyJson =
  null | boolean | bigint | number | string | PyJson[] | Map<string, PyJson>;

const TOKEN =
  /[ \t\n\r]*(?:([[\]{},:])|("[^"\\]*(?:\\[^][^"\\]*)*")|(-?(?:0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?)|(null|true|false|NaN|-?Infinity))/y;

const WORDS: Readonly<Record<string, PyJson>> = {
  null: null,
  true: true,
  false: false,
  NaN: Number.NaN,
  Infinity: Infinity,
  "-Infinity": -Infinity,
};

/** Nesting beyond which a text is refused. */
const DEPTH = 500;

/**
 * Read a text as Python's `json.loads` does (NaN and Infinity are values, whole numbers keep every digit).
 *
 * @throws SyntaxError the text is no JSON value, or nested deeper than 500
 */
export function readPyJson(text: string): PyJson {
  let at = 0;
  const refuse = (): never => {
    throw new SyntaxError(`readPyJson: no JSON at ${at}`);
  };
  const next = (): RegExpExecArray => {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text) ?? refuse();
    at = TOKEN.lastIndex;
    return token;
  };
  const mark = (): string => next()[1] ?? refuse();
  // `item` reads one element from its first token; the closing mark ends the list.
  const sequence = (
    close: string,
    item: (first: RegExpExecArray) => void,
  ): void => {
    let token = next();
    if (token[1] === close) return;
    for (;;) {
      item(token);
      const after = mark();
      if (after === close) return;
      if (after !== ",") refuse();
      token = next();
    }
  };
  const value = (token: RegExpExecArray, depth: number): PyJson => {
    const [, punctuation, string, number, fraction, exponent, word] = token;
    if (depth > DEPTH) refuse();
    if (string !== undefined) return JSON.parse(string) as string;
    if (word !== undefined) return WORDS[word]!;
    if (number !== undefined)
      return (fraction ?? exponent) ? Number(number) : BigInt(number);
    if (punctuation === "[") {
      const list: PyJson[] = [];
      sequence("]", (first) => list.push(value(first, depth + 1)));
      return list;
    }
    if (punctuation !== "{") return refuse();
    const map = new Map<string, PyJson>();
    sequence("}", (first) => {
      const key = first[2] ?? refuse();
      if (mark() !== ":") refuse();
      map.set(JSON.parse(key) as string, value(next(), depth + 1));
    });
    return map;
  };
  const read = value(next(), 0);
  if (text.slice(at).trim() !== "") refuse();
  return read;
}

function asNumber(value: PyJson): number | bigint | null {
  if (typeof value === "boolean") return value ? 1n : 0n;
  return typeof value === "number" || typeof value === "bigint" ? value : null;
}

/** Whether two values are equal by Python's `==`: 1, 1.0 and True are, 1 and "1" are not, nothing equals NaN. */
export function pyEqual(a: PyJson, b: PyJson): boolean {
  const [x, y] = [asNumber(a), asNumber(b)];
  // JavaScript's == compares bigint and number by their exact values, as Python does int and float.
  if (x !== null && y !== null) return x == y; // eslint-disable-line eqeqeq
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, i) => pyEqual(item, b[i]!));
  if (a instanceof Map && b instanceof Map)
    return (
      a.size === b.size &&
      [...a].every(([key, item]) => {
        const other = b.get(key);
        return other !== undefined && pyEqual(item, other);
      })
    );
  return a === b;
}
