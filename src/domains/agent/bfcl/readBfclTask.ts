/** A task out of a row of BFCL and its published answer. */
import { TaskError } from "../../../error.js";
import type { Task } from "../../task.js";
import type { BfclFunction } from "./checkCalls.js";
import {
  checkBfclData,
  checkFunctions,
  isMulti,
  isObject,
  isTexts,
  kindOf,
  type Refuse,
} from "./data.js";
import type { BfclCategory } from "./overall.js";

/** Options of `readBfclTask`. */
export interface ReadBfclOptions {
  /** File and line of the row, for errors; default: the category. */
  where?: string;
  /** Class → what the model is told of its methods, from the files of `multi_turn_func_doc`; default: nothing. */
  methods?: Readonly<Record<string, readonly BfclFunction[]>>;
}

/** What is said when methods that were held back are given: the model can only read it in the conversation. */
const REVEALED = "These functions can be called as well from now on:";

/** The text of the first message of a role in one turn. */
function textOf(turn: unknown, role: string): string | undefined {
  const message = [turn]
    .flat(3)
    .find((one) => isObject(one) && one.role === role);
  const content = isObject(message) ? message.content : undefined;
  return typeof content === "string" ? content : undefined;
}

/** Methods that are held back, by the turn that gives them. */
function heldBack(
  row: Readonly<Record<string, unknown>>,
  refuse: Refuse,
): Record<string, string[]> {
  const { missed_function: missed = {} } = row;
  if (!isObject(missed) || !Object.values(missed).every(isTexts))
    return refuse("missed_function must be an object of lists of texts");
  return missed as Record<string, string[]>;
}

/** The descriptions of the methods of a row's classes, but for those that the row leaves out. */
function methodsOf(
  row: Readonly<Record<string, unknown>>,
  methods: NonNullable<ReadBfclOptions["methods"]>,
  refuse: Refuse,
): BfclFunction[] {
  const { involved_classes: classes, excluded_function: excluded = [] } = row;
  if (!isTexts(excluded))
    return refuse("excluded_function must be a list of texts");
  return [classes]
    .flat()
    .flatMap((name) => methods[String(name)] ?? [])
    .filter(({ name }) => !excluded.includes(name));
}

/** What the user says in each turn; where methods are given, their descriptions. */
function messagesOf(
  question: unknown,
  missed: Readonly<Record<string, string[]>>,
  functions: readonly BfclFunction[],
  refuse: Refuse,
): string[] {
  if (!Array.isArray(question)) return refuse("question must be a list");
  return question.map((turn, i) => {
    const given = missed[String(i)];
    if (given !== undefined)
      return `${REVEALED}\n${given
        .map((name) => functions.find((one) => one.name === name) ?? { name })
        .map((one) => JSON.stringify(one))
        .join("\n")}`;
    return (
      textOf(turn, "user") ?? refuse(`question[${i}] must hold a user message`)
    );
  });
}

/** The data of a task of several turns. */
function multiData(
  category: BfclCategory,
  row: Readonly<Record<string, unknown>>,
  answers: unknown,
  { methods }: ReadBfclOptions,
  refuse: Refuse,
): Record<string, unknown> {
  const { involved_classes, initial_config } = row;
  const missed = heldBack(row, refuse);
  const all = methodsOf(row, methods ?? {}, refuse);
  const later = new Set(Object.values(missed).flat());
  const functions = all.filter(({ name }) => !later.has(name));
  return {
    bfcl: category,
    messages: messagesOf(row.question, missed, all, refuse),
    involved_classes,
    initial_config,
    answers,
    ...(methods === undefined ? {} : { functions }),
  };
}

/**
 * A task out of a published row and its possible answer.
 *
 * Deviates: what a user says when methods are given later is ours, with their descriptions.
 *
 * @param category  where the row comes from
 * @param row       of `BFCL_v4_<category>.json` (there simple, java and javascript are called simple_python, simple_java, simple_javascript)
 * @param answer    of the file of the same name in `possible_answer/`; undefined for irrelevance and relevance, which have none
 * @throws TaskError a field is missing or not of its form, down to parameters of functions and accepted values; names file, row and field
 * @example
 * readBfclTask("irrelevance", { id: "irrelevance_0", question: [[{ role: "user", content: "Hi" }]], function: [] }).prompt   // "Hi"
 */
export function readBfclTask(
  category: BfclCategory,
  row: Readonly<Record<string, unknown>>,
  answer?: Readonly<Record<string, unknown>>,
  options: ReadBfclOptions = {},
): Task<"agent"> {
  const refuse: Refuse = (why) => {
    throw new TaskError(
      `readBfclTask: ${options.where ?? category} row ${JSON.stringify(row.id ?? null)}: ${why}`,
    );
  };
  const { id, question } = row;
  if (typeof id !== "string") return refuse("id must be a text");
  const prompt = textOf(question, "user");
  if (prompt === undefined) return refuse("question must hold a user message");
  if (answer !== undefined && answer.id !== id)
    return refuse(`the answer is of row ${JSON.stringify(answer.id ?? null)}`);
  const none = kindOf(category).endsWith("relevance");
  const answers = none ? [] : answer?.ground_truth;
  const system = textOf(question, "system");
  for (const functions of Object.values(options.methods ?? {}))
    checkFunctions(functions, "python", refuse);
  const data = isMulti(category)
    ? multiData(category, row, answers, options, refuse)
    : {
        bfcl: category,
        functions: row.function,
        answers,
        ...(system === undefined ? {} : { system }),
      };
  checkBfclData(data, refuse);
  return { id, domain: "agent", kind: category, prompt, data };
}
