/** The tools that the prompt of an agent task lists. */
import type { Tool } from "../../tokenizer/message.js";
import type { Task } from "../task.js";
import type { BfclFunction, BfclParameter } from "./bfcl/checkCalls.js";
import { bfclData, isBfclTask, languageOf } from "./bfcl/data.js";
import { isAssistantTask, namedBy } from "./environment.js";
import { environmentTools } from "./environments/index.js";
import { WORKPLACE_TOOLS } from "./workplace/index.js";

/** What BFCL calls types of JSON Schema. */
const JSON_TYPES: Readonly<Record<string, string>> = {
  dict: "object",
  float: "number",
  tuple: "array",
  any: "string",
};

/** A description of parameters with the types of JSON Schema, all the way down. */
function asJsonSchema(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asJsonSchema);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [
      key,
      key === "type" && typeof field === "string"
        ? (JSON_TYPES[field] ?? field)
        : asJsonSchema(field),
    ]),
  );
}

/** A parameter of another language than Python: its value is asked for as text in that language, which the check reads. */
function asText(
  parameter: BfclParameter & { description?: string },
  language: string,
): BfclParameter & { description: string } {
  const { type, description = "" } = parameter;
  return {
    type: "string",
    description: `${description} (${language} ${type}, written as text)`.trim(),
  };
}

/** A function of BFCL as templates print it: names without dots, as the check expects them. */
function bfclTool(
  one: BfclFunction & { description?: string },
  language: string,
): Tool {
  const { name, description = "", parameters } = one;
  const properties =
    language === "python"
      ? parameters.properties
      : Object.fromEntries(
          Object.entries(parameters.properties).map(([key, own]) => [
            key,
            asText(own, language),
          ]),
        );
  return {
    name: name.replaceAll(".", "_"),
    description,
    parameters: asJsonSchema({
      ...parameters,
      type: "object",
      properties,
    }) as Record<string, unknown>,
  };
}

/**
 * The tools that the prompt of a task lists: BFCL's functions, those of the workplace assistant, or of the environment that the task
 * names. None in the small world, where the list alone is longer than an episode.
 *
 * Source: types and names as bfcl-eval gives them to models with native tool calls.
 *
 * @throws TaskError the task names no known environment, or is no sound one of BFCL
 * @example
 * agentTools({ id: "1", domain: "agent", kind: "workplace", prompt: "Hi", data: { calls: [] } }).length // 27
 */
export function agentTools(task: Task): readonly Tool[] {
  if (isBfclTask(task)) {
    const { bfcl, functions = [] } = bfclData(task);
    return functions.map((one) => bfclTool(one, languageOf(bfcl)));
  }
  const named = namedBy(task);
  if (named !== null) return environmentTools(named.environment);
  return isAssistantTask(task) ? WORKPLACE_TOOLS : [];
}
