/** Checks of options, so that a run fails before it starts and not after an hour. */

/** What a value must be, in words and as a test. */
type Rule = readonly [description: string, holds: (value: unknown) => boolean];

/** Names of the rules. */
type RuleName =
  | "seed"
  | "count"
  | "countOrZero"
  | "several"
  | "positive"
  | "notNegative"
  | "fraction"
  | "momentDecay"
  | "clip"
  | "store"
  | "importanceSampling"
  | "advantage"
  | "reduction"
  | "overlong"
  | "flag"
  | "share"
  | "distillMethod"
  | "imitationSource";

const number =
  (holds: (value: number) => boolean) =>
  (value: unknown): boolean =>
    typeof value === "number" && holds(value);

const oneOf = (...values: string[]): Rule => [
  `one of ${values.join(", ")}`,
  (value): boolean => values.includes(value as string),
];

const RULES: Record<RuleName, Rule> = {
  seed: ["a safe integer", Number.isSafeInteger],
  count: [
    "a positive integer",
    number((n) => Number.isSafeInteger(n) && n > 0),
  ],
  countOrZero: [
    "an integer ≥ 0",
    number((n) => Number.isSafeInteger(n) && n >= 0),
  ],
  several: ["an integer ≥ 2", number((n) => Number.isSafeInteger(n) && n >= 2)],
  positive: ["a positive number", number((n) => Number.isFinite(n) && n > 0)],
  notNegative: ["a number ≥ 0", number((n) => Number.isFinite(n) && n >= 0)],
  fraction: ["in [0, 1]", number((n) => n >= 0 && n <= 1)],
  momentDecay: [
    "two numbers in [0, 1)",
    (value): boolean =>
      Array.isArray(value) &&
      value.length === 2 &&
      value.every(number((n) => n >= 0 && n < 1)),
  ],
  clip: ["a positive number or Infinity", number((n) => n > 0)],
  store: oneOf("float32", "bfloat16"),
  importanceSampling: oneOf("none", "truncated", "masked"),
  advantage: oneOf("std", "centred", "leaveOneOut"),
  reduction: oneOf("sample", "token"),
  overlong: oneOf("score", "mask", "penalty"),
  flag: ["true or false", (value): boolean => typeof value === "boolean"],
  share: ["in (0, 1]", number((n) => n > 0 && n <= 1)],
  distillMethod: oneOf("onPolicy", "reverseKl", "forwardKl", "offPolicy"),
  imitationSource: oneOf("demonstrations", "rollouts"),
};

/**
 * Check several options.
 *
 * @param who      function that the message names
 * @param options  values by name; undefined is skipped
 * @param rules    rule of each option that is checked
 * @throws RangeError a value breaks its rule: `trainGrpo: steps must be a positive integer, got 0`
 */
export function checkOptions(
  who: string,
  options: object,
  rules: Readonly<Record<string, RuleName>>,
): void {
  for (const [name, rule] of Object.entries(rules)) {
    const value = (options as Record<string, unknown>)[name];
    const [description, holds] = RULES[rule];
    if (value === undefined || holds(value)) continue;
    const got =
      typeof value === "number" ? String(value) : JSON.stringify(value);
    throw new RangeError(`${who}: ${name} must be ${description}, got ${got}`);
  }
}
