/** Reading literals of Java and JavaScript as BFCL does: what is not understood stays the text that it is. */

/** Types of values that a schema can ask for, as Python has them. */
export type ValueType = "str" | "int" | "float" | "bool" | "list" | "dict";

/** Types of Java by their name in the schemas. */
export const JAVA_TYPES: Readonly<Record<string, ValueType>> = {
  byte: "int",
  short: "int",
  integer: "int",
  long: "int",
  float: "float",
  double: "float",
  boolean: "bool",
  char: "str",
  Array: "list",
  ArrayList: "list",
  HashMap: "dict",
  String: "str",
  any: "str",
};

/** Types of JavaScript by their name in the schemas. */
export const JAVASCRIPT_TYPES: Readonly<Record<string, ValueType>> = {
  String: "str",
  integer: "int",
  float: "float",
  Bigint: "int",
  Boolean: "bool",
  dict: "dict",
  array: "list",
  any: "str",
};

/** Characters of a list, array or map that is looked into: far more than any published one has, and the patterns take quadratic time. */
const LONGEST = 4096;

const WHOLE = /^-?\d+$/;
const isQuoted = (text: string, quotes: string): boolean =>
  text.length >= 2 && quotes.includes(text[0]!) && text.endsWith(text[0]!);
const unquote = (text: string, quotes: string): string =>
  isQuoted(text, quotes) ? text.slice(1, -1) : text;
const parts = (text: string): string[] =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");

const number = (text: string, form: RegExp): number | string =>
  form.test(text) ? Number(text.replace(/[fFlLn]$/, "")) : text;

/** A value without a declared type. */
function untyped(text: string, quotes: string): unknown {
  if (text === "true" || text === "false") return text === "true";
  if (isQuoted(text, quotes)) return text.slice(1, -1);
  if (
    /^-?\d+[lL]$/.test(text) ||
    /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?[fF]?$/.test(text)
  )
    return Number(text.replace(/[fFlL]$/, ""));
  return text;
}

function javaList(text: string, nested: string | undefined): unknown {
  if (text.length > LONGEST) return text;
  const item = (part: string): unknown => {
    if (nested === "String" || nested === "char") return part.slice(1, -1);
    return nested === undefined
      ? untyped(part, '"')
      : javaLiteral(part, nested);
  };
  const given = /new\s+ArrayList<\w*>\(Arrays\.asList\((.+?)\)\)/.exec(text);
  if (given !== null) return parts(given[1]!).map(item);
  const added = /new\s+ArrayList<\w*>\(\)\s*\{\{(.+?)\}\}/s.exec(text);
  if (added !== null)
    return [...added[1]!.matchAll(/add\((.+?)\)/g)].map(([, part]) =>
      item(part!.trim()),
    );
  return /new\s+ArrayList<\w*>\(\)/.test(text) ? [] : text;
}

function javaArray(text: string, nested: string | undefined): unknown {
  if (text.length > LONGEST) return text;
  const found = /new\s+\w+\[\]\s*\{(.*?)\}/.exec(text);
  if (found === null) return text;
  return parts(found[1]!).map((part) =>
    nested === undefined ? untyped(part, '"') : javaLiteral(part, nested),
  );
}

function javaMap(text: string): unknown {
  if (text.length > LONGEST) return text;
  const found = /new\s+HashMap<.*?>\s*\(\)\s*\{(.*?)\}/s.exec(text);
  if (found !== null)
    return Object.fromEntries(
      [...found[1]!.matchAll(/put\("(.*?)",\s*(.*?)\)/g)].map(
        ([, name, value]) => [name, untyped(value!.trim(), '"')],
      ),
    );
  return /new\s+HashMap<.*?>\s*\(\)/.test(text) ? {} : text;
}

/**
 * The value of a Java literal, or the text itself where it is not one of the type.
 *
 * @param nested  type of the items of a list
 * @example
 * javaLiteral("5L", "long")   // 5
 */
export function javaLiteral(
  text: string,
  type: string,
  nested?: string,
): unknown {
  switch (type) {
    case "byte":
    case "short":
    case "integer":
      return number(text, WHOLE);
    case "long":
      return number(text, /^-?\d+[lL]$/);
    case "float":
      return number(text, /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?[fF]$/);
    case "double":
      return number(text, /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/);
    case "boolean":
      return text === "true" || (text === "false" ? false : text);
    case "ArrayList":
      return javaList(text, nested);
    case "Array":
      return javaArray(text, nested);
    case "HashMap":
      return javaMap(text);
    default:
      return text;
  }
}

function javascriptList(text: string, nested: string | undefined): unknown {
  if (text.length > LONGEST) return text;
  const code = text.trim();
  // A list of lists, which may stand on several lines; one repetition, since two inside each other take exponential time.
  if (/^\[\s*\[.*?\]\s*\]/.test(code.replace(/\]\s*,\s*\[/g, "],[")))
    return [...code.matchAll(/\[(.*?)\]/g)].map(([, inner]) =>
      inner!
        .trim()
        .replace(/^\[/, "")
        .split(",")
        .map((part) => untyped(part.trim(), "\"'")),
    );
  const found = /^(?:\[(.*?)\]|new\s+Array\((.*?)\))/.exec(code);
  if (found === null) return code;
  const inner = (found[1] ?? found[2]!).trim();
  if (inner === "") return [];
  return inner
    .split(",")
    .map((part) => part.trim())
    .map((part) =>
      nested === undefined
        ? untyped(part, "\"'")
        : javascriptLiteral(part, nested),
    );
}

function javascriptMap(text: string): unknown {
  if (text.length > LONGEST) return text;
  const code = text.trim();
  if (code === "{}") return {};
  const found = /^\{(.*?)\}/.exec(code);
  if (found === null) return code;
  const pairs = [
    ...found[1]!.matchAll(/([^:]+):\s*(.*?)(?:,\s*(?=[^,]+:)|$)/g),
  ];
  return Object.fromEntries(
    pairs.map(([, rawName, rawValue]) => {
      const name = rawName!.trim().replace(/^['"]+|['"]+$/g, "");
      const value = rawValue!.trim();
      if (value.startsWith("[") && value.endsWith("]"))
        return [name, javascriptList(value, undefined)];
      if (value.startsWith("{") && value.endsWith("}"))
        return [name, javascriptMap(value)];
      return [name, untyped(value.replace(/^['"]+|['"]+$/g, ""), "\"'")];
    }),
  );
}

/**
 * The value of a JavaScript literal, or the text itself where it is not one of the type.
 *
 * @param nested  type of the items of an array
 * @example
 * javascriptLiteral("[1, 'two', true]", "array")   // [1, "two", true]
 */
export function javascriptLiteral(
  text: string,
  type: string,
  nested?: string,
): unknown {
  switch (type) {
    case "String":
      return unquote(text, "\"'");
    case "integer":
      return number(text, WHOLE);
    case "float":
      return number(text, /^-?\d+(?:\.\d+)?$/);
    case "Bigint":
      return number(text, /^-?\d+n$/);
    case "Boolean":
      return text === "true" || (text === "false" ? false : text);
    case "array":
      return javascriptList(text, nested);
    case "dict":
      return javascriptMap(text);
    default:
      return text;
  }
}
