/** Fields that several sections of a study have. */
import { DOMAINS, type AnswerForm, type Domain } from "../../domains/index.js";
import {
  ALL_BENCHMARK_NAMES,
  BENCHMARK_NAMES,
  type BenchmarkName,
} from "../../evaluate/index.js";
import {
  allOr,
  choice,
  object,
  integer,
  map,
  number,
  optional,
  text,
  withDefault,
  type Field,
  type FieldsOf,
} from "./field.js";
import { total } from "../../stats/index.js";

/** A count of at least one. */
export const positive: Field<number> = integer({ min: 1 });
/** A share, [0, 1]. */
export const share: Field<number> = number({ min: 0, max: 1 });
/** A rate, (0, 1]. */
export const rate: Field<number> = number({ above: 0, max: 1 });
/** Some benchmarks, or all of the small world. */
export const benchmarks: Field<BenchmarkName[]> = {
  ...allOr(() => ALL_BENCHMARK_NAMES),
  parse: (value, path, scope) =>
    allOr(() =>
      value === "all" ? BENCHMARK_NAMES : ALL_BENCHMARK_NAMES,
    ).parse(value, path, scope),
};
/** How tasks are put to the models of a study; without it, as their domains have it. */
export const answerForm: Field<AnswerForm> = withDefault(
  object<AnswerForm>({
    template: optional(choice(["ours", "folder"] as const)),
    gate: optional(choice(["think", "none"] as const)),
    maxNewTokens: optional(map(positive, { known: DOMAINS })),
  }),
  {},
);
/** Some domains of the study; all where none are named. */
export const domains: Field<Domain[]> = withDefault(
  allOr(({ domains: known }) => known),
  "all",
);

/** Letters first, so that a model's name is never taken for a path or an option. */
export const NAME: RegExp = /^[A-Za-z][A-Za-z0-9_.-]*$/;
/** The name of an entry or a model. */
export const name: Field<string> = text(
  NAME,
  "a name of letters, digits, ., - and _",
);

/** How a run over several domains mixes them. */
export interface MixOptions {
  /** Relative frequency of domains; default the sizes of the paper's data. */
  weights?: Partial<Record<Domain, number>>;
  /** Prompts of each domain in every step, instead of `weights`. */
  quotas?: Partial<Record<Domain, number>>;
}

/** Fields of `MixOptions`. */
export const mixFields: FieldsOf<MixOptions> = {
  weights: optional(map(number({ above: 0 }), { known: DOMAINS })),
  quotas: optional(map(integer({ min: 0 }), { known: DOMAINS })),
};

/** What is wrong with how a run mixes its domains; null where nothing is. */
export function mixRule({
  weights,
  quotas,
  domains: own,
  promptsPerStep,
}: MixOptions & { domains: Domain[]; promptsPerStep: number }): {
  key: string;
  text: string;
} | null {
  const known = own.join(", ");
  for (const [key, given] of Object.entries({ weights, quotas }))
    for (const domain of Object.keys(given ?? {}) as Domain[])
      if (!own.includes(domain))
        return {
          key,
          text: `must name a domain of the run (${known}), got ${domain}`,
        };
  const lacking = own.find(
    (domain) => weights && weights[domain] === undefined,
  );
  if (lacking !== undefined)
    return {
      key: "weights",
      text: `must hold every domain of the run (${known}), got none for ${lacking}`,
    };
  const sum = total(Object.values(quotas ?? {}));
  return quotas && sum !== promptsPerStep
    ? {
        key: "quotas",
        text: `must add up to promptsPerStep ${promptsPerStep}, got ${sum}`,
      }
    : null;
}
