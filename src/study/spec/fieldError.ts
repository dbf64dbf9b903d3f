/** What is wrong with a value of a study file, and where it stands. */
import { hint } from "../../nearest.js";

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

/** A path as text: "models.experts.steps", "domains[1]"; "the study" for the whole file. */
export function dotted(path: Path): string {
  if (path.length === 0) return "the study";
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

/** The error of a value that is not what it must be. */
export function notA(
  means: string,
  value: unknown,
  path: Path,
  help = "",
): FieldError {
  const text = `${dotted(path)} must be ${means}, got ${show(value)}`;
  return new FieldError(path, help === "" ? text : `${text}; ${help}`);
}

/** The error of a value that must be given and is not. */
export function absent(path: Path): FieldError {
  return new FieldError(
    path,
    `${dotted(path)} must be given, got none`,
    "absent",
  );
}

/** The error of a key that is not known; where no names are, it does not fit their pattern. */
export function unknownKey(
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

/** Whether a value is a map. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * A value that must be a map.
 *
 * @throws FieldError it is something else
 */
export function asMap(value: unknown, path: Path): Record<string, unknown> {
  if (isMap(value)) return value;
  throw notA("a map", value, path);
}

/**
 * A value that must be a list of some length at least.
 *
 * @throws FieldError it is something else, or shorter
 */
export function asList(value: unknown, path: Path, least = 0): unknown[] {
  if (Array.isArray(value) && value.length >= least) return value;
  throw notA(least > 0 ? `a list of at least ${least}` : "a list", value, path);
}
