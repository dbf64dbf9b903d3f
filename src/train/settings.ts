/**
 * Settings of the trainers as tables: one row says a setting's type, rule, default and meaning.
 *
 * Types (`OptionsOf`, `SettingsOf`), checks and defaults (`resolveSettings`), help (`describeSettings`) and a study's schema all read the
 * same row, so a new setting is one row and its use.
 */

/** What the value of a setting may be; every kind has its TypeScript type in `ValueOf`. */
export type SettingRule =
  | { readonly type: "integer"; readonly min?: number }
  | {
      readonly type: "number";
      readonly min?: number;
      /** The value must be greater. */
      readonly above?: number;
      readonly max?: number;
      /** Infinity is a value too: "no limit". */
      readonly infinite?: true;
    }
  | { readonly type: "flag" }
  | { readonly type: "choice"; readonly of: readonly string[] }
  /** Some of the names of a list, each once. */
  | { readonly type: "names"; readonly of: readonly string[] }
  /** Two numbers in [0, 1): Adam's decay rates. */
  | { readonly type: "betas" };

/** One row: a rule, the default where there is a fixed one, and what the setting means, with its unit. */
export type Setting = SettingRule & {
  readonly default?: unknown;
  readonly doc: string;
};

/** Settings by name. */
export type SettingTable = Readonly<Record<string, Setting>>;

/** Type of the value of a setting. */
export type ValueOf<Row> = Row extends { type: "integer" | "number" }
  ? number
  : Row extends { type: "flag" }
    ? boolean
    : Row extends { type: "choice"; of: readonly (infer Name)[] }
      ? Name
      : Row extends { type: "names"; of: readonly (infer Name)[] }
        ? readonly Name[]
        : readonly [number, number];

/** What a caller may give: every setting, or not. */
export type OptionsOf<Table> = {
  -readonly [Name in keyof Table]?: ValueOf<Table[Name]>;
};

/** What a trainer works with: a setting without a default stays undefined where the caller did not give it. */
export type SettingsOf<Table> = {
  -readonly [Name in keyof Table]: Table[Name] extends { default: unknown }
    ? ValueOf<Table[Name]>
    : ValueOf<Table[Name]> | undefined;
};

/**
 * Fill in the defaults and check every value, so that a run fails before it starts and not after an hour.
 *
 * @param who function that the message names
 * @returns the settings of the table, in its order, and nothing else
 * @throws RangeError a value breaks its rule: `trainGrpo: steps must be a positive integer, got 0`
 * @example
 * resolveSettings("f", { steps: { type: "integer", min: 1, default: 40, doc: "Optimizer steps." } } as const, {}) // { steps: 40 }
 */
export function resolveSettings<Table extends SettingTable>(
  who: string,
  table: Table,
  options: OptionsOf<Table>,
): SettingsOf<Table> {
  const settings: Record<string, unknown> = {};
  for (const [name, row] of Object.entries(table)) {
    const value =
      (options as Readonly<Record<string, unknown>>)[name] ?? row.default;
    settings[name] = value;
    if (value !== undefined) checkSetting(who, name, value, row);
  }
  return settings as SettingsOf<Table>;
}

/**
 * Check one value.
 *
 * @throws RangeError it breaks the rule
 */
export function checkSetting(
  who: string,
  name: string,
  value: unknown,
  rule: SettingRule,
): void {
  if (holds(rule, value)) return;
  const got = typeof value === "number" ? String(value) : JSON.stringify(value);
  throw new RangeError(
    `${who}: ${name} must be ${describeRule(rule)}, got ${got}`,
  );
}

function holds(rule: SettingRule, value: unknown): boolean {
  switch (rule.type) {
    case "integer":
      return (
        Number.isSafeInteger(value) &&
        (value as number) >= (rule.min ?? -Infinity)
      );
    case "number": {
      const { min = -Infinity, above = -Infinity, max = Infinity } = rule;
      return (
        typeof value === "number" &&
        (Number.isFinite(value) || rule.infinite === true) &&
        value >= min &&
        value > above &&
        value <= max
      );
    }
    case "flag":
      return typeof value === "boolean";
    case "choice":
      return rule.of.includes(value as string);
    case "names":
      return (
        Array.isArray(value) &&
        value.length > 0 &&
        new Set(value).size === value.length &&
        value.every((name) => rule.of.includes(name as string))
      );
    case "betas":
      return (
        Array.isArray(value) &&
        value.length === 2 &&
        value.every((n) => typeof n === "number" && n >= 0 && n < 1)
      );
  }
}

/** A rule in words, for an error or a help text: "a positive integer". */
export function describeRule(rule: SettingRule): string {
  switch (rule.type) {
    case "integer":
      if (rule.min === undefined) return "a safe integer";
      return rule.min === 1 ? "a positive integer" : `an integer ≥ ${rule.min}`;
    case "number": {
      const { min, above, max } = rule;
      const or = rule.infinite ? " or Infinity" : "";
      if (max !== undefined)
        return `in ${above === undefined ? "[" : "("}${above ?? min}, ${max}]`;
      return above === 0 ? `a positive number${or}` : `a number ≥ ${min}${or}`;
    }
    case "flag":
      return "true or false";
    case "choice":
      return `one of ${rule.of.join(", ")}`;
    case "names":
      return `some of ${rule.of.join(", ")}, each once`;
    case "betas":
      return "two numbers in [0, 1)";
  }
}
