/** JSON Schema, as far as tools and states need it: what a value may be, its type in TypeScript, and what is wrong with a value. */

/** What a value may be; a schema without `type` takes anything. */
export interface Schema {
  type?:
    "string" | "integer" | "number" | "boolean" | "array" | "object" | "null";
  description?: string;
  /** The only values that are taken. */
  enum?: readonly (string | number | boolean | null)[];
  /** Of each item of an array. */
  items?: Schema;
  /** Of an object, by key. */
  properties?: Readonly<Record<string, Schema>>;
  /** Keys that an object must have. */
  required?: readonly string[];
  /** Of the keys that `properties` does not name: a schema, or false where there may be none. */
  additionalProperties?: Schema | boolean;
  minimum?: number;
  maximum?: number;
  /** In code units. */
  maxLength?: number;
  maxItems?: number;
}

/** The TypeScript type of the values that a schema takes. */
export type ValueOf<S> = S extends { enum: readonly (infer V)[] }
  ? V
  : S extends { type: "string" }
    ? string
    : S extends { type: "integer" | "number" }
      ? number
      : S extends { type: "boolean" }
        ? boolean
        : S extends { type: "array"; items: infer I }
          ? ValueOf<I>[]
          : S extends { type: "array" }
            ? unknown[]
            : S extends { type: "object" }
              ? Record<string, unknown>
              : unknown;

/** Deeper values are refused: a check must not run out of stack. */
const DEEPEST = 200;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const TYPES: Readonly<
  Record<NonNullable<Schema["type"]>, (value: unknown) => boolean>
> = {
  string: (value) => typeof value === "string",
  integer: (value) => Number.isSafeInteger(value),
  number: (value) => Number.isFinite(value),
  boolean: (value) => typeof value === "boolean",
  array: Array.isArray,
  object: isObject,
  null: (value) => value === null,
};

/** What is wrong with the size of a value, or null. */
function sizeFault(schema: Schema, value: unknown): string | null {
  const { minimum, maximum, maxLength, maxItems } = schema;
  if (typeof value === "number") {
    if (minimum !== undefined && value < minimum)
      return `must be at least ${minimum}`;
    if (maximum !== undefined && value > maximum)
      return `must be at most ${maximum}`;
  }
  if (typeof value === "string" && value.length > (maxLength ?? Infinity))
    return "too long";
  if (Array.isArray(value) && value.length > (maxItems ?? Infinity))
    return "too long";
  return null;
}

/** What is wrong with the keys of an object, or null. */
function objectFault(
  { properties = {}, required = [], additionalProperties = true }: Schema,
  value: Record<string, unknown>,
  name: string,
  depth: number,
): string | null {
  const inside = (key: string): string =>
    name === "" ? key : `${name}.${key}`;
  // Only own keys count, so that no name reaches a prototype.
  for (const key of required)
    if (!Object.hasOwn(value, key)) return `missing ${inside(key)}`;
  for (const [key, item] of Object.entries(value)) {
    const schema = Object.hasOwn(properties, key)
      ? properties[key]!
      : additionalProperties;
    if (schema === false) return `unexpected ${inside(key)}`;
    if (schema === true) continue;
    const fault = schemaFault(schema, item, inside(key), depth + 1);
    if (fault !== null) return fault;
  }
  return null;
}

/**
 * What is wrong with a value, in a few words that begin with its name, or null.
 *
 * @param name   what the value is called; "" for the whole, whose parts are then called by their keys alone
 * @param depth  how deep the value lies; more than 200 is a fault
 * @example
 * schemaFault({ type: "integer" }, "5", "hour")   // "hour must be integer"
 */
export function schemaFault(
  schema: Schema,
  value: unknown,
  name: string = "",
  depth: number = 0,
): string | null {
  const called = (fault: string): string =>
    name === "" ? fault : `${name} ${fault}`;
  if (depth > DEEPEST) return called("nested too deep");
  if (schema.type !== undefined && !TYPES[schema.type](value))
    return called(`must be ${schema.type}`);
  if (schema.enum !== undefined && !schema.enum.includes(value as string))
    return called(`must be one of ${schema.enum.join(", ")}`);
  const size = sizeFault(schema, value);
  if (size !== null) return called(size);
  if (isObject(value)) return objectFault(schema, value, name, depth);
  if (Array.isArray(value) && schema.items !== undefined)
    for (const [i, item] of value.entries()) {
      const fault = schemaFault(schema.items, item, `${name}[${i}]`, depth + 1);
      if (fault !== null) return fault;
    }
  return null;
}
