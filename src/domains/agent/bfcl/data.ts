/** What a task of BFCL carries, and the check that it is whole: functions, accepted answers, classes, published calls. */
import { TaskError } from "../../../error.js";
import type { Task } from "../../task.js";
import type {
  BfclAnswer,
  BfclFunction,
  BfclKind,
  BfclLanguage,
} from "./checkCalls.js";
import { BFCL_TYPES } from "./checkCalls.js";
import { BFCL_CLASSES, readBfclCall, type MultiTurnTask } from "./multiTurn.js";
import { BFCL_CATEGORIES, type BfclCategory } from "./overall.js";

/** Data of a task of one turn. */
export interface BfclSingleData {
  bfcl: BfclCategory;
  functions: BfclFunction[];
  answers: BfclAnswer[];
  /** The system message, where the row has one. */
  system?: string;
}

/** Data of a task of several turns. */
export interface BfclMultiData extends Omit<MultiTurnTask, "id"> {
  bfcl: BfclCategory;
  /** For each turn what the user says. */
  messages: string[];
  /** For each turn the calls of the published answer, as texts. */
  answers: string[][];
  /** What the model is told of the methods at the start, where the files that describe them are known. */
  functions?: BfclFunction[];
}

/** Says what is wrong with a field; never returns. */
export type Refuse = (why: string) => never;

/** Whether a value is an object with names. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether a value is a list of texts. */
export const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string");

/** Whether the tasks of a category have several turns. */
export const isMulti = (category: BfclCategory): boolean =>
  category.startsWith("multi_turn_");

/** What a category's check asks for; a category of parallel calls of several functions is checked like one of one. */
export function kindOf(category: BfclCategory): BfclKind {
  if (category.endsWith("irrelevance")) return "irrelevance";
  if (category.endsWith("relevance")) return "relevance";
  if (category.includes("parallel")) return "parallel";
  return category.endsWith("multiple") ? "multiple" : "simple";
}

/** The language that the arguments of a category are written in. */
export const languageOf = (category: BfclCategory): BfclLanguage =>
  category === "java" || category === "javascript" ? category : "python";

/** One parameter: a type that the language has, and of a list's items none or another such type. */
function checkParameter(
  value: unknown,
  types: object,
  where: string,
  refuse: Refuse,
): void {
  if (!isObject(value)) return refuse(`${where} must be an object`);
  const { type, items } = value;
  if (typeof type !== "string" || !Object.hasOwn(types, type))
    refuse(
      `${where}.type must be one of ${Object.keys(types).join(", ")}, got ${JSON.stringify(type ?? null)}`,
    );
  if (items === undefined) return;
  // What the items are is only looked at where it is a type that the language has.
  if (!isObject(items) || typeof (items.type ?? "") !== "string")
    refuse(`${where}.items must be an object whose type is a text`);
}

/** Functions as the rows describe them; the fault names the place inside `function`. */
export function checkFunctions(
  value: unknown,
  language: BfclLanguage,
  refuse: Refuse,
): void {
  if (!Array.isArray(value)) return refuse("function must be a list");
  const types = BFCL_TYPES[language];
  for (const [i, item] of (value as unknown[]).entries()) {
    const where = `function[${i}]`;
    if (!isObject(item) || typeof item.name !== "string" || item.name === "")
      return refuse(`${where}.name must be a text`);
    const { parameters } = item;
    if (!isObject(parameters) || !isObject(parameters.properties))
      return refuse(`${where}.parameters.properties must be an object`);
    const { properties, required = [] } = parameters;
    if (!isTexts(required))
      refuse(`${where}.parameters.required must be a list of texts`);
    for (const [name, parameter] of Object.entries(properties))
      checkParameter(
        parameter,
        types,
        `${where}.parameters.properties.${name}`,
        refuse,
      );
  }
}

/** Accepted answers of one turn: each names one function of the row, and gives a list of values for each parameter. */
function checkAccepted(
  answers: readonly unknown[],
  functions: readonly BfclFunction[],
  refuse: Refuse,
): void {
  for (const [i, answer] of answers.entries()) {
    const where = `ground_truth[${i}]`;
    const entries = isObject(answer) ? Object.entries(answer) : [];
    if (entries.length !== 1)
      return refuse(`${where} must be an object with one function`);
    const [name, parameters] = entries[0]!;
    if (!functions.some((one) => one.name === name))
      refuse(
        `${where} must name one of ${functions.map((one) => one.name).join(", ")}, got ${JSON.stringify(name)}`,
      );
    if (!isObject(parameters))
      return refuse(`${where}.${name} must be an object`);
    for (const [parameter, values] of Object.entries(parameters))
      if (!Array.isArray(values))
        refuse(
          `${where}.${name}.${parameter} must be a list of accepted values`,
        );
  }
}

/** The classes of several turns, and what each starts from. */
function checkClasses(data: Record<string, unknown>, refuse: Refuse): string[] {
  const { involved_classes: classes, initial_config: config } = data;
  if (!isTexts(classes) || classes.length === 0)
    return refuse("involved_classes must be a list of texts");
  const unknown = classes.find((name) => !Object.hasOwn(BFCL_CLASSES, name));
  if (unknown !== undefined)
    refuse(
      `involved_classes must be of ${Object.keys(BFCL_CLASSES).join(", ")}, got ${JSON.stringify(unknown)}`,
    );
  if (!isObject(config) || !Object.values(config).every(isObject))
    refuse("initial_config must be an object of objects");
  return classes;
}

/** Published calls: each can be read, and calls a method of the classes. */
function checkPublished(
  turns: readonly unknown[],
  classes: readonly string[],
  refuse: Refuse,
): void {
  const tools = classes.map((name) => BFCL_CLASSES[name]!.tools);
  for (const [i, turn] of turns.entries()) {
    if (!isTexts(turn))
      return refuse(`ground_truth[${i}] must be a list of texts`);
    for (const [j, text] of turn.entries()) {
      const where = `ground_truth[${i}][${j}]`;
      let name: string;
      try {
        ({ name } = readBfclCall(text));
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        return refuse(`${where}: ${error.message}`);
      }
      if (!tools.some((own) => Object.hasOwn(own, name)))
        refuse(
          `${where} must call a method of ${classes.join(", ")}, got ${JSON.stringify(name)}`,
        );
    }
  }
}

/**
 * Check the data of a task; what is wrong is said by the names of the published columns.
 *
 * @param refuse  throws the error of whoever asks
 */
export function checkBfclData(
  data: Record<string, unknown>,
  refuse: Refuse,
): void {
  const category = data.bfcl as BfclCategory;
  const { answers, functions, messages } = data;
  if (!Array.isArray(answers)) return refuse("ground_truth must be a list");
  if (!isMulti(category)) {
    checkFunctions(functions, languageOf(category), refuse);
    checkAccepted(answers, functions as BfclFunction[], refuse);
    return;
  }
  if (functions !== undefined) checkFunctions(functions, "python", refuse);
  if (!isTexts(messages) || messages.length !== answers.length)
    refuse(
      `question must have as many turns as ground_truth, ${answers.length}`,
    );
  checkPublished(answers, checkClasses(data, refuse), refuse);
}

/** Whether a task says that it is one of BFCL's. */
export function isBfclTask({ data }: Task): boolean {
  return (
    isObject(data) &&
    typeof data.bfcl === "string" &&
    Object.hasOwn(BFCL_CATEGORIES, data.bfcl)
  );
}

/**
 * The data of a task, checked: a label that came over the wire is as untrusted as a file.
 *
 * @throws TaskError the task is not one of BFCL's, or a part of it is not of its form
 */
export function bfclData(task: Task): BfclSingleData | BfclMultiData {
  const refuse: Refuse = (why) => {
    throw new TaskError(`bfcl: task ${JSON.stringify(task.id)}: ${why}`);
  };
  if (!isBfclTask(task)) refuse("must be one of BFCL's");
  checkBfclData(task.data as Record<string, unknown>, refuse);
  return task.data as BfclSingleData | BfclMultiData;
}
