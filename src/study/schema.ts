/** A small strict schema for YAML: every value is checked where it stands, and an error names file, line and column. */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
} from "yaml";
import { StudyError } from "../error.js";
import { hint } from "./nearest.js";

/** What a value may be. */
export type Schema =
  | { type: "integer"; min: number; max?: number }
  | { type: "number"; min?: number; above?: number; max?: number }
  | { type: "scalar" }
  | { type: "flag" }
  | { type: "string"; pattern?: RegExp; means?: string }
  | { type: "choice"; of: readonly string[] }
  | { type: "list"; item: Schema; min?: number }
  | {
      type: "map";
      keys?: readonly string[];
      keyPattern?: RegExp;
      value: Schema;
    }
  | {
      type: "object";
      fields: Readonly<Record<string, Schema>>;
      required: readonly string[];
    }
  | { type: "optional"; value: Schema };

/** Where a file's text stands, for errors. */
export interface Source {
  file: string;
  lines: LineCounter;
}

/** Build the error for a place in the file. */
export function errorAt(
  source: Source,
  node: Node | null | undefined,
  text: string,
): StudyError {
  const offset = node?.range?.[0] ?? 0;
  const { line, col } = source.lines.linePos(offset);
  return new StudyError(`study: ${source.file}:${line}:${col}: ${text}`);
}

function show(node: Node | null): string {
  if (node === null) return "nothing";
  if (isMap(node)) return "a map";
  if (isSeq(node)) return "a list";
  if (!isScalar(node)) return String(node);
  return typeof node.value === "number"
    ? String(node.value)
    : JSON.stringify(node.value);
}

function range(schema: { min?: number; above?: number; max?: number }): string {
  if (schema.above !== undefined && schema.max !== undefined)
    return ` in (${schema.above}, ${schema.max}]`;
  if (schema.min !== undefined && schema.max !== undefined)
    return ` in [${schema.min}, ${schema.max}]`;
  if (schema.above !== undefined) return ` above ${schema.above}`;
  if (schema.min !== undefined) return ` of at least ${schema.min}`;
  return "";
}

function expected(schema: Schema): string {
  switch (schema.type) {
    case "integer":
      return `a whole number${range(schema)}`;
    case "number":
      return `a number${range(schema)}`;
    case "scalar":
      return "a number, true or false";
    case "flag":
      return "true or false";
    case "string":
      return schema.means ?? "text";
    case "choice":
      return `one of ${schema.of.join(", ")}`;
    case "list":
      return schema.min ? `a list of at least ${schema.min}` : "a list";
    case "map":
    case "object":
      return "a map";
    case "optional":
      return `${expected(schema.value)} or null`;
  }
}

function inRange(
  value: number,
  schema: { min?: number; above?: number; max?: number },
): boolean {
  return (
    (schema.min === undefined || value >= schema.min) &&
    (schema.above === undefined || value > schema.above) &&
    (schema.max === undefined || value <= schema.max)
  );
}

/**
 * The plain value of a YAML node, checked against a schema.
 *
 * @param path  dotted name of the value, for messages
 * @throws StudyError  the first thing that is wrong, with file, line and column
 */
export function check(
  node: Node | null,
  schema: Schema,
  path: string,
  source: Source,
): unknown {
  const wrong = (at: Node | null = node): never => {
    throw errorAt(
      source,
      at,
      `${path === "" ? "the study" : path} must be ${expected(schema)}, got ${show(at)}`,
    );
  };
  if (node !== null && isAlias(node)) {
    throw errorAt(
      source,
      node,
      `${path} must be written out, got the alias *${node.source}`,
    );
  }
  switch (schema.type) {
    case "optional":
      return isScalar(node) && node.value === null
        ? null
        : check(node, schema.value, path, source);
    case "integer":
    case "number": {
      const value = isScalar(node) ? node.value : undefined;
      if (
        typeof value !== "number" ||
        !Number.isFinite(value) ||
        !inRange(value, schema)
      )
        return wrong();
      if (schema.type === "integer" && !Number.isSafeInteger(value))
        return wrong();
      return value;
    }
    case "scalar": {
      const value = isScalar(node) ? node.value : undefined;
      if (
        typeof value !== "boolean" &&
        !(typeof value === "number" && Number.isFinite(value))
      )
        return wrong();
      return value;
    }
    case "flag": {
      const value = isScalar(node) ? node.value : undefined;
      return typeof value === "boolean" ? value : wrong();
    }
    case "string": {
      const value = isScalar(node) ? node.value : undefined;
      if (
        typeof value !== "string" ||
        (schema.pattern && !schema.pattern.test(value))
      )
        return wrong();
      return value;
    }
    case "choice": {
      const value = isScalar(node) ? node.value : undefined;
      if (typeof value !== "string") return wrong();
      if (!schema.of.includes(value)) {
        throw errorAt(
          source,
          node,
          `${path} must be a known name, got ${show(node)}; ${hint(value, schema.of)}`,
        );
      }
      return value;
    }
    case "list": {
      if (!isSeq(node) || node.items.length < (schema.min ?? 0)) return wrong();
      const items = node.items.map((item, i) =>
        check(item as Node, schema.item, `${path}[${i}]`, source),
      );
      items.forEach((item, i) => {
        if (typeof item !== "object" && items.indexOf(item) < i) {
          throw errorAt(
            source,
            node.items[i] as Node,
            `${path} must not repeat a value, got ${JSON.stringify(item)} twice`,
          );
        }
      });
      return items;
    }
    case "map":
      return checkMap(node, path, source, wrong, schema.keys ?? [], (key) =>
        (schema.keys?.includes(key) ?? true) &&
        (schema.keyPattern?.test(key) ?? true)
          ? schema.value
          : null,
      );
    case "object":
      return checkMap(
        node,
        path,
        source,
        wrong,
        Object.keys(schema.fields),
        (key) =>
          Object.hasOwn(schema.fields, key) ? schema.fields[key]! : null,
      );
  }
}

function checkMap(
  node: Node | null,
  path: string,
  source: Source,
  wrong: () => never,
  known: readonly string[],
  valueSchema: (key: string) => Schema | null,
): Record<string, unknown> {
  if (!isMap(node)) return wrong();
  const result: Record<string, unknown> = {};
  for (const pair of node.items) {
    const keyNode = pair.key as Node;
    const key = isScalar(keyNode) ? String(keyNode.value) : "";
    const schema = valueSchema(key);
    if (schema === null) {
      const where = path === "" ? "" : ` in ${path}`;
      const help =
        known.length > 0 ? hint(key, known) : "use letters, digits, - and _";
      throw errorAt(
        source,
        keyNode,
        `unknown key ${JSON.stringify(key)}${where}; ${help}`,
      );
    }
    result[key] = check(
      pair.value as Node | null,
      schema,
      path === "" ? key : `${path}.${key}`,
      source,
    );
  }
  return result;
}

/**
 * The first required name that a plain value lacks, as a dotted path; null when nothing is missing.
 *
 * Kept apart from `check`, since the common part of a study may lack what its profiles give.
 */
export function missing(
  value: unknown,
  schema: Schema,
  path = "",
): string | null {
  if (schema.type === "optional")
    return value === null || value === undefined
      ? null
      : missing(value, schema.value, path);
  if (typeof value !== "object" || value === null) return null;
  const at = (key: string): string => (path === "" ? key : `${path}.${key}`);
  const entries = Object.entries(value);
  if (schema.type === "object") {
    for (const key of schema.required)
      if (!Object.hasOwn(value, key)) return at(key);
    for (const [key, inner] of entries) {
      const found = missing(inner, schema.fields[key]!, at(key));
      if (found !== null) return found;
    }
  }
  if (schema.type === "map") {
    for (const [key, inner] of entries) {
      const found = missing(inner, schema.value, at(key));
      if (found !== null) return found;
    }
  }
  return null;
}
