/** BFCL's check of single-turn calls against accepted answers. */
import { TaskError } from "../../../error.js";
import type { ToolCall } from "../../../tokenizer/message.js";
import {
  JAVA_TYPES,
  javaLiteral,
  JAVASCRIPT_TYPES,
  javascriptLiteral,
  type ValueType,
} from "./literals.js";

/** One parameter of a function, as the data files describe it. */
export interface BfclParameter {
  type: string;
  items?: { type: string };
}

/** One function of the data files. */
export interface BfclFunction {
  name: string;
  parameters: {
    properties: Record<string, BfclParameter>;
    required?: string[];
  };
}

/** Accepted answers of one call: its function's name, and for each parameter the values that are accepted. */
export type BfclAnswer = Readonly<
  Record<string, Readonly<Record<string, readonly unknown[]>>>
>;

/** Languages whose literals the arguments are written in. */
export type BfclLanguage = "python" | "java" | "javascript";

/** What a check asks of the calls. */
export type BfclKind =
  "simple" | "multiple" | "parallel" | "irrelevance" | "relevance";

/** Options of `checkCalls`. */
export interface CheckCallsOptions {
  /** Language of the arguments; default "python". */
  language?: BfclLanguage;
}

const PYTHON_TYPES: Readonly<Record<string, ValueType>> = {
  string: "str",
  integer: "int",
  float: "float",
  boolean: "bool",
  array: "list",
  tuple: "list",
  dict: "dict",
  any: "str",
};
const LISTS: ReadonlySet<string> = new Set([
  "Array",
  "ArrayList",
  "array",
  "tuple",
]);

/** The type of a JSON value; null has one of its own, what is absent has none. */
function typeOf(value: unknown): ValueType | "none" | null {
  if (value === null) return "none";
  if (typeof value === "string") return "str";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number")
    return Number.isInteger(value) ? "int" : "float";
  if (Array.isArray(value)) return "list";
  return typeof value === "object" ? "dict" : null;
}

/** Whether a value has a type; a whole number is a float too, a truth value is not a number. */
const hasType = (value: unknown, type: ValueType): boolean =>
  typeOf(value) === type || (type === "float" && typeOf(value) === "int");

/** Text without spaces and the marks that do not count, in lower case, with double quotes. */
const standard = (text: string): string =>
  text
    .replace(/[ ,./\-_*^]/g, "")
    .toLowerCase()
    .replaceAll("'", '"');

const standardItem = (value: unknown): unknown =>
  typeof value === "string" ? standard(value) : value;

/** Whether two JSON values are equal, keys in any order. */
function equal(first: unknown, second: unknown): boolean {
  if (Array.isArray(first) && Array.isArray(second))
    return (
      first.length === second.length &&
      first.every((item, i) => equal(item, second[i]))
    );
  if (typeOf(first) === "dict" && typeOf(second) === "dict") {
    const left = first as Record<string, unknown>;
    const right = second as Record<string, unknown>;
    const names = Object.keys(left);
    return (
      names.length === Object.keys(right).length &&
      names.every(
        (name) => Object.hasOwn(right, name) && equal(left[name], right[name]),
      )
    );
  }
  return first === second;
}

const among = (value: unknown, accepted: readonly unknown[]): boolean =>
  accepted.some((item) => equal(item, value));

/** Accepted values of a key; a text in place of a list is read as its characters, as Python walks it. */
const valuesOf = (accepted: unknown): unknown[] =>
  typeof accepted === "string"
    ? [...accepted]
    : Array.isArray(accepted)
      ? (accepted as unknown[])
      : [];

function dictMatches(
  value: Record<string, unknown>,
  accepted: readonly unknown[],
): boolean {
  return accepted.some((answer) => {
    if (typeOf(answer) !== "dict") return false;
    const lists = answer as Record<string, unknown>;
    return (
      Object.entries(value).every(
        ([name, item]) =>
          Object.hasOwn(lists, name) &&
          among(standardItem(item), valuesOf(lists[name]).map(standardItem)),
      ) &&
      Object.entries(lists).every(
        ([name, list]) =>
          Object.hasOwn(value, name) || valuesOf(list).includes(""),
      )
    );
  });
}

function listMatches(
  value: readonly unknown[],
  accepted: readonly unknown[],
): boolean {
  const standardized = value.map(standardItem);
  // What may be left out may be an empty list as well: "" is walked like a list there.
  return accepted.some((answer) =>
    equal(standardized, valuesOf(answer).map(standardItem)),
  );
}

function dictListMatches(
  value: readonly unknown[],
  accepted: readonly unknown[],
): boolean {
  return accepted.some(
    (answer) =>
      valuesOf(answer).length === value.length &&
      value.every(
        (item, i) =>
          typeOf(item) === "dict" &&
          dictMatches(item as Record<string, unknown>, [valuesOf(answer)[i]]),
      ),
  );
}

/** Names of the types of the data files, by the language that their calls are written in. */
export const BFCL_TYPES: Readonly<
  Record<BfclLanguage, Readonly<Record<string, ValueType>>>
> = { python: PYTHON_TYPES, java: JAVA_TYPES, javascript: JAVASCRIPT_TYPES };

/** What a parameter may hold: a type, and the type of a list's items where the data file says it. */
interface Wanted {
  type: ValueType;
  items: ValueType | undefined;
}

/** Whether every item of a list has the wanted type, or the type of an accepted list's items. */
const itemsFit = (
  list: readonly unknown[],
  items: ValueType,
  accepted: readonly unknown[],
): boolean =>
  accepted.some(
    (answer) =>
      Array.isArray(answer) &&
      list.every(
        (item) =>
          hasType(item, items) ||
          typeOf(item) === typeOf(answer.find((one: unknown) => one !== "")),
      ),
  );

/** Whether a value of the wanted type is accepted. */
function matches(
  value: unknown,
  { type, items }: Wanted,
  accepted: readonly unknown[],
): boolean {
  if (type === "dict")
    return dictMatches(value as Record<string, unknown>, accepted);
  if (type === "list") {
    const compare = items === "dict" ? dictListMatches : listMatches;
    return compare(value as unknown[], accepted);
  }
  if (type === "str")
    return among(standard(value as string), accepted.map(standardItem));
  return among(value, accepted);
}

/** What is wrong with one argument, or null. */
function argumentFault(
  name: string,
  raw: unknown,
  parameter: BfclParameter,
  accepted: readonly unknown[],
  language: BfclLanguage,
): string | null {
  const type = BFCL_TYPES[language][parameter.type];
  if (type === undefined)
    throw new TaskError(
      `checkCalls: unknown type ${JSON.stringify(parameter.type)} of ${name}`,
    );
  const itemsName = LISTS.has(parameter.type)
    ? parameter.items?.type
    : undefined;
  const items =
    itemsName === undefined ? undefined : BFCL_TYPES[language][itemsName];
  if (language !== "python" && typeof raw !== "string")
    return `${name} must be written as a string`;
  const value =
    language === "python"
      ? raw
      : (language === "java" ? javaLiteral : javascriptLiteral)(
          raw as string,
          parameter.type,
          itemsName,
        );
  const answerType = typeOf(accepted.find((item) => item !== ""));
  const fits = hasType(value, type);
  if (!fits && (answerType === null || typeOf(value) !== answerType))
    return `${name} must be ${parameter.type}`;
  if (fits && items !== undefined && Array.isArray(value))
    if (!itemsFit(value, items, accepted))
      return `${name} must hold ${itemsName}`;
  // An answer of another type than the schema's is the name of a variable: it is compared as it stands.
  const isVariable = !fits || (answerType !== null && answerType !== type);
  const isRight = isVariable
    ? among(value, accepted)
    : matches(value, { type, items }, accepted);
  return isRight ? null : `${name} has another value`;
}

/** What is wrong with one call, or null. */
function callFault(
  description: BfclFunction,
  call: ToolCall,
  answer: BfclAnswer,
  language: BfclLanguage,
): string | null {
  const accepted = Object.values(answer)[0]!;
  // As functions are named to the model: Qwen3's tool calls take no dots.
  const name = description.name.replaceAll(".", "_");
  if (call.name !== name) return `must call ${name}, got ${call.name}`;
  const { properties, required = [] } = description.parameters;
  const missing = required.find(
    (parameter) => !Object.hasOwn(call.arguments, parameter),
  );
  if (missing !== undefined) return `missing ${missing}`;
  for (const [parameter, value] of Object.entries(call.arguments)) {
    if (
      !Object.hasOwn(properties, parameter) ||
      !Object.hasOwn(accepted, parameter)
    )
      return `unexpected ${parameter}`;
    const fault = argumentFault(
      parameter,
      value,
      properties[parameter]!,
      accepted[parameter]!,
      language,
    );
    if (fault !== null) return fault;
  }
  const left = Object.keys(accepted).find(
    (parameter) =>
      !Object.hasOwn(call.arguments, parameter) &&
      !accepted[parameter]!.includes(""),
  );
  return left === undefined ? null : `missing ${left}`;
}

function described(
  functions: readonly BfclFunction[],
  answer: BfclAnswer,
): BfclFunction {
  const name = Object.keys(answer)[0];
  const found = functions.find((item) => item.name === name);
  if (found === undefined)
    throw new TaskError(
      `checkCalls: answer names the unknown function ${JSON.stringify(name)}`,
    );
  return found;
}

/**
 * Check the calls of a single turn.
 *
 * simple: exactly one call · multiple: one call, of the function that the answer names · parallel: as many calls as answers, in
 * any order, each answer taking the first call that fits · irrelevance: no call · relevance: at least one call.
 *
 * Source: `ast_checker` of BFCL v3.
 * Deviates: 5 and 5.0 are one number in JSON as JavaScript reads it, so 5.0 passes for an integer.
 *
 * @param functions  functions that were offered
 * @param answers    accepted answers; none for irrelevance and relevance
 * @returns null when the calls are right, or one line that says what is wrong
 * @throws TaskError an answer names a function or a type that is unknown
 * @example
 * checkCalls("irrelevance", [], [], [])   // null
 */
export function checkCalls(
  kind: BfclKind,
  functions: readonly BfclFunction[],
  calls: readonly ToolCall[],
  answers: readonly BfclAnswer[],
  { language = "python" }: CheckCallsOptions = {},
): string | null {
  if (kind === "irrelevance")
    return calls.length === 0 ? null : "must make no call";
  if (kind === "relevance") return calls.length > 0 ? null : "must make a call";
  if (calls.length !== answers.length)
    return `must make ${answers.length} calls, got ${calls.length}`;
  const free = [...calls];
  for (const answer of answers) {
    const description = described(functions, answer);
    const faults = free.map((call) =>
      callFault(description, call, answer, language),
    );
    const match = faults.indexOf(null);
    if (match < 0) return faults[0]!;
    free.splice(match, 1);
  }
  return null;
}
