/** JSON as Python's `json.dumps` writes it: spaces after commas and colons, ASCII only, NaN for what is missing. */

/** A number that Python holds as a float: written with a fraction even where it is whole. */
export class Float {
  constructor(readonly value: number) {}
}

const escaped = (text: string): string =>
  JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/**
 * The text of a value.
 *
 * @param missing  what stands for null; default NaN, as cells of a table that are missing
 *
 * @example
 * pythonJson({ a: [1, null] })   // '{"a": [1, NaN]}'
 */
export function pythonJson(value: unknown, missing: string = "NaN"): string {
  if (value === null || value === undefined) return missing;
  if (value instanceof Float)
    return Number.isInteger(value.value)
      ? value.value.toFixed(1)
      : String(value.value);
  if (typeof value === "string") return escaped(value);
  if (Array.isArray(value))
    return `[${value.map((item) => pythonJson(item, missing)).join(", ")}]`;
  if (typeof value === "object")
    return `{${Object.entries(value)
      .map(([name, item]) => `${escaped(name)}: ${pythonJson(item, missing)}`)
      .join(", ")}}`;
  return JSON.stringify(value);
}
