/** Calls that satisfy the published answers of BFCL's single turns, written as a model would. */
import type {
  BfclAnswer,
  BfclFunction,
  BfclLanguage,
} from "../../../src/domains/index.js";
import type { ToolCall } from "../../../src/tokenizer/message.js";

/** Published rows that no call can satisfy, in the original neither. */
export const UNSATISFIABLE: Readonly<Record<string, string>> = {
  simple_java_65:
    "the accepted list holds truth values, while every item is read as text",
  simple_java_36:
    "the accepted list holds numbers, while every item is read as text",
  simple_java_64: "a text stands where a list of accepted values belongs",
  "live_simple_106-63-0": "a required parameter has no accepted value",
  "live_simple_112-68-0": "a required parameter has no accepted value",
  "live_multiple_862-181-3":
    "the answer has a parameter that the function has not",
  "live_multiple_964-207-0":
    "the answer has a parameter that the function has not",
};

/** A value as the accepted ones give it: the first that is not left out, nested ones likewise. */
function chosen(accepted: readonly unknown[]): unknown {
  const found = accepted.find((item) => item !== "");
  const value = found === undefined ? "" : found;
  const inner = (item: unknown): unknown =>
    typeof item === "object" && item !== null && !Array.isArray(item)
      ? Object.fromEntries(
          Object.entries(item as Record<string, unknown>)
            .filter(
              ([, list]) =>
                !Array.isArray(list) || list.some((one) => one !== ""),
            )
            .map(([name, list]) => [
              name,
              Array.isArray(list) ? list.find((one) => one !== "") : list,
            ]),
        )
      : item;
  return Array.isArray(value) ? value.map(inner) : inner(value);
}

function javaText(
  value: unknown,
  type: string,
  items: string | undefined,
): string {
  if (typeof value === "string")
    return type === "item" || type === items ? `"${value}"` : value;
  if (type === "long") return `${String(value)}L`;
  if (type === "float") return `${String(value)}f`;
  if (Array.isArray(value)) {
    const list = value
      .map((item) =>
        typeof item === "string" && items !== "String" && items !== "char"
          ? item
          : javaText(item, items ?? "item", items),
      )
      .join(", ");
    return type === "Array"
      ? `new x[]{${list.replaceAll('"', items === "String" ? "" : '"')}}`
      : `new ArrayList<>(Arrays.asList(${list}))`;
  }
  if (typeof value === "object" && value !== null)
    return `new HashMap<String, Object>() {{ ${Object.entries(value)
      .map(
        ([name, item]) =>
          `put("${name}", ${javaText(item, "item", undefined)});`,
      )
      .join(" ")} }}`;
  return String(value);
}

function javascriptText(value: unknown, type: string): string {
  if (typeof value === "string") return type === "item" ? `'${value}'` : value;
  if (type === "Bigint") return `${String(value)}n`;
  if (Array.isArray(value))
    return `[${value.map((item) => javascriptText(item, "item")).join(", ")}]`;
  if (typeof value === "object" && value !== null)
    return `{${Object.entries(value)
      .map(([name, item]) => `'${name}': ${javascriptText(item, "item")}`)
      .join(", ")}}`;
  return String(value);
}

/** Calls that the accepted answers accept. */
export function solution(
  functions: readonly BfclFunction[],
  answers: readonly BfclAnswer[],
  language: BfclLanguage,
): ToolCall[] {
  return answers.map((answer) => {
    const [name, accepted] = Object.entries(answer)[0]!;
    const { properties, required = [] } = functions.find(
      (item) => item.name === name,
    )!.parameters;
    const args = Object.entries(accepted)
      // What may be left out is left out, unless the schema wants it.
      .filter(
        ([parameter, list]) =>
          !list.includes("") || required.includes(parameter),
      )
      .map(([parameter, list]) => {
        const { type, items } = properties[parameter] ?? { type: "none" };
        // What is read as text is written as an accepted text.
        const texts =
          type === "any" ? list.filter((item) => typeof item === "string") : [];
        const value = chosen(texts.length > 0 ? texts : list);
        if (language === "java")
          return [parameter, javaText(value, type, items?.type)];
        return [
          parameter,
          language === "javascript" ? javascriptText(value, type) : value,
        ];
      });
    return {
      name: name.replaceAll(".", "_"),
      arguments: Object.fromEntries(args) as Record<string, unknown>,
    };
  });
}
