/** From a trainer's table of settings to the fields of its operation: a new setting is a row there, and nothing here. */
import {
  checkSetting,
  describeRule,
  type OptionsOf,
  type Setting,
  type SettingTable,
} from "../../train/index.js";
import {
  choice,
  flag,
  integer,
  number,
  optional,
  type Field,
  type FieldsOf,
} from "./field.js";
import { dotted, FieldError } from "./fieldError.js";

/** Settings that no model sets for itself: how a result is computed and not what it is, and what holds for the whole study. */
const OF_THE_STUDY = ["microBatchTokens", "difficulty"] as const;
type OfTheStudy = (typeof OF_THE_STUDY)[number];

/** What a study file says of a trainer's settings: some must be given, the others have the trainer's defaults. */
export type SettingOptions<Table, Needed extends keyof Table> = Omit<
  OptionsOf<Table>,
  OfTheStudy | Needed
> &
  Required<Pick<OptionsOf<Table>, Needed>>;

/**
 * Fields for every setting of a trainer.
 *
 * @param needed  those that a study must give, so that its budget stands in its file
 */
export function settingFields<
  Table extends SettingTable,
  Needed extends keyof Table,
>(
  table: Table,
  needed: readonly Needed[],
): FieldsOf<SettingOptions<Table, Needed>> {
  const isNeeded = (name: string): boolean =>
    (needed as readonly PropertyKey[]).includes(name);
  const fields = Object.entries(table)
    .filter(([name]) => !OF_THE_STUDY.some((own) => own === name))
    .map(([name, row]) => [
      name,
      isNeeded(name) ? fieldOf(name, row) : optional(fieldOf(name, row)),
    ]);
  return Object.fromEntries(fields) as FieldsOf<SettingOptions<Table, Needed>>;
}

function fieldOf(name: string, row: Setting): Field<unknown> {
  switch (row.type) {
    case "integer":
      return integer(row);
    case "number":
      return number(row);
    case "flag":
      return flag;
    case "choice":
      return choice(row.of);
    case "names":
    case "betas":
      return {
        means: describeRule(row),
        optional: false,
        parse(value, path) {
          try {
            checkSetting(dotted(path.slice(0, -1)), name, value, row);
            return value;
          } catch (error) {
            throw new FieldError(path, (error as Error).message);
          }
        },
      };
  }
}
