/** Fields of a study file: what a value may be, said once, with its type; a wrong value is named by its path. */
import { hint } from "../../nearest.js";
import type { Domain } from "../../domains/index.js";
import type { Ref } from "../graph/model.js";
import {
  absent,
  asList,
  asMap,
  dotted,
  FieldError,
  notA,
  show,
  unknownKey,
  type Path,
} from "./fieldError.js";

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

function simple<T>(
  means: string,
  accepts: (value: unknown) => value is T,
): Field<T> {
  return {
    means,
    optional: false,
    parse(value, path) {
      if (accepts(value)) return value;
      throw notA(means, value, path);
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
      throw typeof value === "string"
        ? notA("a known name", value, path, hint(value, names))
        : notA(means, value, path);
    },
  };
}

/** A list without repetitions. */
export function list<T>(item: Field<T>, min = 0): Field<T[]> {
  return {
    means: min > 0 ? `a list of at least ${min}` : "a list",
    optional: false,
    parse(value, path, scope) {
      const items = asList(value, path, min).map((each, i) =>
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
      const result: Partial<Record<string, T>> = {};
      for (const [key, each] of Object.entries(asMap(given, path))) {
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

/** The fields of an object type: every key of it must have its field. */
export type FieldsOf<T> = { readonly [Key in keyof T]-?: Field<T[Key]> };

/** A map with fixed keys, each with its own field. */
export function object<T extends object>(fields: FieldsOf<T>): Field<T> {
  const entries = Object.entries<Field<unknown>>(fields);
  return {
    means: "a map",
    optional: false,
    fields,
    parse(given, path, scope) {
      const value = asMap(given, path);
      for (const key of Object.keys(value))
        if (!Object.hasOwn(fields, key))
          throw unknownKey(key, path, Object.keys(fields));
      const result: Record<string, unknown> = {};
      for (const [key, field] of entries) {
        const at = [...path, key];
        if (!Object.hasOwn(value, key) && !field.optional) throw absent(at);
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
      if (typeof part !== "string") throw notA("the name of a model", part, at);
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
