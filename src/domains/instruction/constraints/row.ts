/** One row of the table of constraints, and readers for its arguments. */

/** Arguments of one constraint, named as in the real data files. */
export type Kwargs = Readonly<Record<string, unknown>>;

/** Types that an argument can have. */
export type KwargType =
  | "count"
  | "text"
  | "pattern"
  | "patterns"
  | "relation"
  | "letter"
  | "onePattern";

/** The published sets of constraints. IFEvalG is IFEval and the rows that bear its name. */
export type Family = "ifeval" | "ifevalg" | "ifbench";

/** One constraint: where it is from, what it asks, the arguments it requires, and the strict pass rule. */
export interface Constraint {
  family: Family;
  /** What a text must do, in one sentence. */
  description: string;
  kwargs: Readonly<Record<string, KwargType>>;
  /** `text` is not blank, and stripped of nothing; `kwargs` have been validated. */
  check(text: string, kwargs: Kwargs): boolean;
}

/** Rows of one file: id → row. */
export type Rows = Readonly<Record<string, Constraint>>;

/** An argument of type count. */
export const countOf = (kwargs: Kwargs, name: string): number =>
  kwargs[name] as number;

/** An argument of a type that is a text. */
export const textOf = (kwargs: Kwargs, name: string): string =>
  kwargs[name] as string;

/** "less than" or "at least". */
export const holds = (n: number, bound: number, relation: unknown): boolean =>
  relation === "less than" ? n < bound : n >= bound;

/** A function that makes rows of one family. */
export const rowsOf =
  (family: Family) =>
  (
    description: string,
    kwargs: Constraint["kwargs"],
    check: Constraint["check"],
  ): Constraint => ({ family, description, kwargs, check });
