/** Makes a row of the table of merge methods from what is special about it. */
import { scoped } from "./kernels/arena.js";
import { DIALECTS, type Dialect } from "./dialects.js";
import { mergeWhileRead, readAll } from "./inMemory.js";
import type { MergeOptions } from "./mergeOptions.js";
import { optionsOf, resolveOptions } from "./options.js";
import { checkedEmit, checkedInput } from "./parts/finite.js";
import type { MergeMethod, SurveyPlan } from "./tensor.js";

/** What a file of a method says: the rest follows from it. */
export type MethodSpec = Pick<
  MergeMethod,
  "name" | "title" | "paper" | "tensor"
> &
  Partial<
    Omit<MergeMethod, "defaults" | "merge" | "mergeWhileRead" | "models">
  > & {
    models?: Partial<MergeMethod["models"]>;
  };

function checkDialect(
  { name, dialects }: Pick<MergeMethod, "name" | "dialects">,
  dialect: Dialect,
): void {
  if (!dialects.includes(dialect))
    throw new RangeError(
      `${name}: dialect must be one of ${dialects.join(", ")}, got ${String(dialect)}`,
    );
}

function checkCount(
  { name, models }: Pick<MergeMethod, "name" | "models">,
  count: number,
): void {
  const { min, max } = models;
  if (count === 0)
    throw new RangeError(`${name}: experts must not be empty, got 0 models`);
  if (count >= min && count <= max) return;
  const must = min === max ? `${min}` : `at least ${min}`;
  throw new RangeError(
    `${name}: number of experts must be ${must}, got ${count}`,
  );
}

/** The same plan, its inputs checked. */
function checkedPlan(name: string, plan: SurveyPlan): SurveyPlan {
  return {
    ...plan,
    tensor: (input, options, context, total) =>
      scoped(() =>
        plan.tensor(checkedInput(input, name), options, context, total),
      ),
  };
}

/** The method as a function on whole models. */
function mergesWhileRead(
  row: Omit<MergeMethod, "defaults" | "merge" | "mergeWhileRead">,
): MergeMethod["mergeWhileRead"] {
  return (base, experts, { dialect = "paper", ...options } = {}) => {
    checkDialect(row, dialect);
    checkCount(row, experts.length);
    const { seed = 0, ...others } = options;
    const resolved = resolveOptions(
      row,
      dialect,
      row.random ? others : options,
      experts.length,
      row.name,
    );
    return mergeWhileRead(row, row.name, base, experts, resolved, {
      seed,
      dialect,
    });
  };
}

/**
 * A row of the table. Without `models` a method takes one expert or more and needs a base; without `dialects` it knows "paper" and
 * "mergekit"; without `memory` it streams.
 */
export function mergeMethod(spec: MethodSpec): MergeMethod {
  const models: MergeMethod["models"] = {
    min: 1,
    max: Infinity,
    base: "required",
    ...spec.models,
  };
  const row = {
    options: {},
    dialects: DIALECTS.filter((dialect) => dialect !== "m2rl-code"),
    random: false,
    memory: () => 0,
    ...spec,
    models,
    survey(dialect: Dialect): SurveyPlan | undefined {
      const plan = spec.survey?.(dialect);
      return plan && checkedPlan(spec.name, plan);
    },
    tensor(input, options, context, emit): void {
      const seen = models.base === "unused" ? { ...input, base: null } : input;
      scoped(() =>
        spec.tensor(
          checkedInput(seen, spec.name),
          options,
          context,
          checkedEmit(emit, spec.name, input.name),
        ),
      );
    },
  } satisfies Omit<MergeMethod, "defaults" | "merge" | "mergeWhileRead">;
  const defaults = Object.fromEntries(
    Object.entries(optionsOf(row, "paper"))
      .map(([option, { default: value }]) => [option, value])
      .filter(([, value]) => value !== undefined),
  ) as MergeOptions;
  const whileRead = mergesWhileRead(row);
  return {
    ...row,
    defaults: row.random ? { ...defaults, seed: 0 } : defaults,
    mergeWhileRead: whileRead,
    merge: (base, experts, options) =>
      readAll(whileRead(base, experts, options)),
  };
}
