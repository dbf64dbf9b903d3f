/** Fields of a study file: what a value may be, said once, with its type; a wrong value is named by its path. */
import { hint } from "../../nearest.js";
import type { Domain } from "../../domains/index.js";
import type { Ref } from "../graph/model.js";

/** Where a value stands: keys and indices from the top of the file. */
export type Path = readonly (string | number)[];

/** A value that a field refuses. */
export class FieldError extends Error {
  override name = "FieldError";

  /**
   * @param path   where it stands
   * @param text   what must hold, got what
   * @param place  whether the value is meant, its key, or that it is absent
   */
  constructor(
    readonly path: Path,
    readonly text: string,
    readonly place: "value" | "key" | "absent" = "value",
  ) {
    super(`${dotted(path)}: ${text}`);
  }
}

/** What a value may refer to. */
export interface Scope {
  domains: readonly Domain[];
  /**
   * The models that a reference names, in order: one, or all of a list.
   *
   * @throws Error its message says what must hold
   */
  resolve(reference: string): Ref[];
}

/** One value of a study file. */
export interface Field<out T> {
  /** What it must be, in words. */
  readonly means: string;
  /** Whether it may be absent. */
  readonly optional: boolean;
  /** The fields of an object by name; absent for other values. */
  readonly fields?: Readonly<Record<string, Field<unknown>>>;
  /** The checked value, with defaults for what is absent. @throws FieldError */
  parse(value: unknown, path: Path, scope: Scope): T;
}

/** A path as text: "models.experts.steps", "domains[1]". */
export function dotted(path: Path): string {
  return path
    .map((part, i) =>
      typeof part === "number" ? `[${part}]` : i === 0 ? part : `.${part}`,
    )
    .join("");
}

/** A value as messages show it. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "number") return String(value);
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "a map";
  return JSON.stringify(value);
}

/** Whether a value is a map. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function simple<T>(
  means: string,
  accepts: (value: unknown) => value is T,
): Field<T> {
  return {
    means,
    optional: false,
    parse(value, path) {
      if (accepts(value)) return value;
      throw new FieldError(
        path,
        `${path.length === 0 ? "the study" : dotted(path)} must be ${means}, got ${show(value)}`,
      );
    },
  };
}

interface Range {
  min?: number;
  above?: number;
  max?: number;
}

function range({ min, above, max }: Range): string {
  if (above !== undefined && max !== undefined) return ` in (${above}, ${max}]`;
  if (min !== undefined && max !== undefined) return ` in [${min}, ${max}]`;
  if (above !== undefined) return ` above ${above}`;
  return min === undefined ? "" : ` of at least ${min}`;
}

function isWithin(value: number, { min, above, max }: Range): boolean {
  return (
    (min === undefined || value >= min) &&
    (above === undefined || value > above) &&
    (max === undefined || value <= max)
  );
}

/** A finite number in a range. */
export function number(limits: Range = {}): Field<number> {
  return simple(
    `a number${range(limits)}`,
    (value): value is number =>
      typeof value === "number" &&
      Number.isFinite(value) &&
      isWithin(value, limits),
  );
}

/** A whole number in a range. */
export function integer(limits: Range = {}): Field<number> {
  return simple(
    `a whole number${range(limits)}`,
    (value): value is number =>
      Number.isSafeInteger(value) && isWithin(value as number, limits),
  );
}

/** True or false. */
export const flag: Field<boolean> = simple(
  "true or false",
  (value): value is boolean => typeof value === "boolean",
);

/** A number, or true or false: an option whose type its owner knows. */
export const scalar: Field<number | boolean> = simple(
  "a number, true or false",
  (value): value is number | boolean =>
    typeof value === "boolean" ||
    (typeof value === "number" && Number.isFinite(value)),
);

/** Text that fits a pattern. */
export function text(pattern: RegExp, means: string): Field<string> {
  return simple(
    means,
    (value): value is string =>
      typeof value === "string" && pattern.test(value),
  );
}

/** One of some names. */
export function choice<T extends string>(names: readonly T[]): Field<T> {
  const means = `one of ${names.join(", ")}`;
  const isName = (value: unknown): value is T =>
    (names as readonly unknown[]).includes(value);
  return {
    means,
    optional: false,
    parse(value, path) {
      if (isName(value)) return value;
      if (typeof value !== "string")
        throw new FieldError(
          path,
          `${dotted(path)} must be ${means}, got ${show(value)}`,
        );
      throw new FieldError(
        path,
        `${dotted(path)} must be a known name, got ${show(value)}; ${hint(value, names)}`,
      );
    },
  };
}

/** A list without repetitions. */
export function list<T>(item: Field<T>, min = 0): Field<T[]> {
  const means = min > 0 ? `a list of at least ${min}` : "a list";
  return {
    means,
    optional: false,
    parse(value, path, scope) {
      if (!Array.isArray(value) || value.length < min)
        throw new FieldError(
          path,
          `${dotted(path)} must be ${means}, got ${show(value)}`,
        );
      const items = value.map((each: unknown, i) =>
        item.parse(each, [...path, i], scope),
      );
      items.forEach((each, i) => {
        if (typeof each !== "object" && items.indexOf(each) < i)
          throw new FieldError(
            [...path, i],
            `${dotted(path)} must not repeat a value, got ${JSON.stringify(each)} twice`,
          );
      });
      return items;
    },
  };
}

/** The word "all", or a list of names. */
export function allOr<T extends string>(
  names: (scope: Scope) => readonly T[],
): Field<T[]> {
  return {
    means: `"all" or a list of names`,
    optional: false,
    parse(value, path, scope) {
      const known = names(scope);
      return value === "all"
        ? [...known]
        : list(choice(known), 1).parse(value, path, scope);
    },
  };
}

/** A map from names to values of one kind. */
export function map<Key extends string, T>(
  value: Field<T>,
  keys: { known: readonly Key[] } | { pattern: RegExp },
): Field<Partial<Record<Key, T>>> {
  return {
    means: "a map",
    optional: false,
    parse(given, path, scope) {
      if (!isMap(given))
        throw new FieldError(
          path,
          `${dotted(path)} must be a map, got ${show(given)}`,
        );
      const result: Partial<Record<string, T>> = {};
      for (const [key, each] of Object.entries(given)) {
        const names: readonly string[] = "known" in keys ? keys.known : [];
        const fits =
          "known" in keys ? names.includes(key) : keys.pattern.test(key);
        if (!fits) throw unknownKey(key, path, names);
        result[key] = value.parse(each, [...path, key], scope);
      }
      return result as Partial<Record<Key, T>>;
    },
  };
}

function unknownKey(
  key: string,
  path: Path,
  known: readonly string[],
): FieldError {
  const where = path.length === 0 ? "" : ` in ${dotted(path)}`;
  const help =
    known.length > 0 ? hint(key, known) : "use letters, digits, ., - and _";
  return new FieldError(
    [...path, key],
    `unknown key ${JSON.stringify(key)}${where}; ${help}`,
    "key",
  );
}

/** The fields of an object type: every key of it must have its field. */
export type FieldsOf<T> = { readonly [Key in keyof T]-?: Field<T[Key]> };

/** A map with fixed keys, each with its own field. */
export function object<T extends object>(fields: FieldsOf<T>): Field<T> {
  const entries = Object.entries<Field<unknown>>(fields);
  return {
    means: "a map",
    optional: false,
    fields,
    parse(value, path, scope) {
      if (!isMap(value))
        throw new FieldError(
          path,
          `${path.length === 0 ? "the study" : dotted(path)} must be a map, got ${show(value)}`,
        );
      for (const key of Object.keys(value))
        if (!Object.hasOwn(fields, key))
          throw unknownKey(key, path, Object.keys(fields));
      const result: Record<string, unknown> = {};
      for (const [key, field] of entries) {
        const at = [...path, key];
        if (!Object.hasOwn(value, key) && !field.optional)
          throw new FieldError(
            at,
            `${dotted(at)} must be given, got none`,
            "absent",
          );
        const parsed = field.parse(value[key], at, scope);
        if (parsed !== undefined) result[key] = parsed;
      }
      return result as T;
    },
  };
}

/**
 * A field with a rule that holds between its parts.
 *
 * @param rule  says what is wrong, and below which key; null where nothing is
 */
export function checked<T>(
  field: Field<T>,
  rule: (value: T, scope: Scope) => { key: string; text: string } | null,
): Field<T> {
  return {
    ...field,
    parse(given, path, scope) {
      const value = field.parse(given, path, scope);
      const broken = rule(value, scope);
      if (broken === null) return value;
      const at = [...path, broken.key];
      throw new FieldError(at, `${dotted(at)} ${broken.text}`);
    },
  };
}

/** A value that may be absent. */
export function optional<T>(field: Field<T>): Field<T | undefined> {
  return {
    ...field,
    optional: true,
    parse: (value, path, scope) =>
      value === undefined ? undefined : field.parse(value, path, scope),
  };
}

/** A value with a default, written as in the file. */
export function withDefault<T>(field: Field<T>, value: unknown): Field<T> {
  return {
    ...field,
    optional: true,
    parse: (given, path, scope) =>
      field.parse(given === undefined ? value : given, path, scope),
  };
}

/** One model by its reference: "sft", "math@20". */
export const oneModel: Field<Ref> = {
  means: "the name of a model",
  optional: false,
  parse(value, path, scope) {
    const found = manyModels.parse(value, path, scope);
    if (found.length === 1) return found[0]!;
    throw new FieldError(
      path,
      `${dotted(path)} must be one model, got ${found.length}: ${show(value)}`,
    );
  },
};

/** Models by their references: a name, or a list of names; the name of a list stands for its models. */
export const manyModels: Field<Ref[]> = {
  means: "names of models",
  optional: false,
  parse(value, path, scope) {
    const parts: unknown[] = Array.isArray(value) ? value : [value];
    const refs = parts.flatMap((part, i) => {
      const at = Array.isArray(value) ? [...path, i] : path;
      if (typeof part !== "string")
        throw new FieldError(
          at,
          `${dotted(at)} must be the name of a model, got ${show(part)}`,
        );
      try {
        return scope.resolve(part);
      } catch (error) {
        throw new FieldError(at, `${dotted(at)} ${(error as Error).message}`);
      }
    });
    if (refs.length === 0)
      throw new FieldError(path, `${dotted(path)} must name a model, got none`);
    return refs;
  },
};

/** Some sets of models, each with the text that names it. */
export const modelSets: Field<{ name: string; models: Ref[] }[]> = {
  means: "a list of names of lists of models",
  optional: false,
  parse(value, path, scope) {
    const names = list(text(/./, "the name of a list of models"), 1).parse(
      value,
      path,
      scope,
    );
    return names.map((name, i) => ({
      name,
      models: manyModels.parse(name, [...path, i], scope),
    }));
  },
};
