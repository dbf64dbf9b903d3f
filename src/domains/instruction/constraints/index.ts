/**
 * The table of constraints, one row per id: IFEval's 25, the 29 that IFEvalG adds, IFBench's 58.
 *
 * Exports: `CONSTRAINTS`, `constraint`, types (`Constraint`, `Kwargs`, `KwargType`, `Family`, `ConstraintOptions`).
 */
import { TaskError } from "../../../error.js";
import { isPattern } from "../python/pattern.js";
import { isLower, isUpper, strip } from "../python/text.js";
import { IFBENCH_COUNTS } from "./ifbenchCounts.js";
import { IFBENCH_CUSTOM } from "./ifbenchCustom.js";
import { IFBENCH_FORMAT } from "./ifbenchFormat.js";
import { IFBENCH_HEAD } from "./ifbenchHead.js";
import { IFBENCH_WORDS } from "./ifbenchWords.js";
import { IFEVAL } from "./ifeval.js";
import { IFEVALG } from "./ifevalg.js";
import type { Constraint, Kwargs, KwargType } from "./row.js";

export type { Constraint, Family, Kwargs, KwargType } from "./row.js";

/** Every constraint by its id in the real data files. */
export const CONSTRAINTS: ReadonlyMap<string, Constraint> = new Map(
  Object.entries({
    ...IFEVAL,
    ...IFEVALG,
    ...IFBENCH_COUNTS,
    ...IFBENCH_WORDS,
    ...IFBENCH_FORMAT,
    ...IFBENCH_CUSTOM,
  }),
);

/** Which of the published rules to apply where they differ. */
export interface ConstraintOptions {
  /** IFBench as released with 294 prompts (the paper's), or as it is at 0.2; default "release". */
  ifbench?: "release" | "head";
  /** Whether the two constraints on case ask a language detector too; false for toy English. Default true. */
  detectLanguage?: boolean;
}

const CASE_ONLY: Readonly<Record<string, Constraint["check"]>> = {
  "change_case:english_capital": isUpper,
  "change_case:english_lowercase": isLower,
};

const VALID: Readonly<Record<KwargType, (value: unknown) => boolean>> = {
  count: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  text: (value) => typeof value === "string" && strip(value) !== "",
  pattern: (value) => VALID.text(value) && isPattern(value as string),
  patterns: (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((item) => VALID.pattern(item)),
  onePattern: (value) =>
    VALID.pattern(value) ||
    (Array.isArray(value) && value.length === 1 && VALID.pattern(value[0])),
  relation: (value) => value === "less than" || value === "at least",
  letter: (value) => typeof value === "string" && [...value].length === 1,
};

const DESCRIPTION: Readonly<Record<KwargType, string>> = {
  count: "an integer of at least 0",
  text: "a text that is not blank",
  pattern: "a regular expression",
  patterns: "a list of regular expressions",
  onePattern: "a regular expression, or a list that holds one",
  relation: '"less than" or "at least"',
  letter: "one character",
};

/** The arguments without nulls, checked against a row. */
function validate(
  id: string,
  row: Constraint,
  kwargs: Kwargs | null | undefined,
): Kwargs {
  const given = Object.entries(kwargs ?? {}).filter(
    ([, value]) => value !== null && value !== undefined,
  );
  for (const [name] of given) {
    if (!Object.hasOwn(row.kwargs, name))
      throw new TaskError(
        `constraint: ${id} takes no argument ${JSON.stringify(name)}`,
      );
  }
  const values = new Map(given);
  for (const [name, type] of Object.entries(row.kwargs)) {
    const value = values.get(name);
    if (!VALID[type](value)) {
      throw new TaskError(
        `constraint: ${id} needs ${name} to be ${DESCRIPTION[type]}, got ${value === undefined ? "nothing" : JSON.stringify(value)}`,
      );
    }
  }
  return Object.fromEntries(given);
}

/**
 * Look up a constraint and validate its arguments. A missing argument is an error, never a random default.
 *
 * @param id      constraint id as in the data files
 * @param kwargs  arguments; those that are null are left out, as the data files pad every row with nulls
 * @returns a function that says whether a text satisfies the constraint, strictly: a blank text never does
 * @throws TaskError unknown id, or a missing, unknown or mistyped argument
 * @example
 * constraint("length_constraints:number_words", { num_words: 3, relation: "at least" })("one two three")   // true
 */
export function constraint(
  id: string,
  kwargs: Kwargs | null | undefined,
  { ifbench = "release", detectLanguage = true }: ConstraintOptions = {},
): (text: string) => boolean {
  const row = CONSTRAINTS.get(id);
  if (row === undefined)
    throw new TaskError(
      `constraint: id must be a known constraint, got ${JSON.stringify(id)}`,
    );
  const valid = validate(id, row, kwargs);
  const check =
    (ifbench === "head" ? IFBENCH_HEAD[id] : undefined) ??
    (detectLanguage ? undefined : CASE_ONLY[id]) ??
    row.check;
  return (text) => strip(text) !== "" && check(text, valid);
}
