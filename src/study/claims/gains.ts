/** Findings on inherited skills (§3.5): do multi-domain models gain on the items on which the experts gained? */
import {
  chanceCosine,
  cosineOver,
  crossedBootstrap,
  draws,
  gainVector,
  unionGain,
  type Draw,
} from "../../analysis/index.js";
import { mean, type BenchmarkName } from "../../evaluate/index.js";
import { scoresOf, type ClaimData } from "./data.js";
import { measuredOr, type Measured, type Measurements } from "./measured.js";

/** The benchmarks of Figure 5, one a domain. */
const FIGURE_5: readonly BenchmarkName[] = [
  "aime24",
  "lcbV5",
  "gpqa",
  "ifeval",
  "bfcl",
];

/** Gains of one model on one benchmark and of the experts' union, a vector a seed. */
interface Gains {
  own: readonly (readonly number[])[];
  unions: readonly (readonly number[])[];
}

/** accuracy[item][seed] → a gain vector a seed. */
function gainsOf(data: ClaimData, model: string, name: BenchmarkName) {
  const sft = scoresOf(data, "sft", name);
  const own = scoresOf(data, model, name);
  return data.seeds.map((_, s) =>
    gainVector(
      own.map((row) => row[s]!),
      sft.map((row) => row[s]!),
    ),
  );
}

const NOTHING_GAINED =
  "a model or the experts gained on no item of a benchmark, which leaves no cosine";

/** Numbers of "merging inherits, mixing diverges". */
export function gainClaims(data: ClaimData): Measurements {
  const ids = [
    "gains-shared",
    "merging-inherits-more-than-mixing",
    "merging-inherits-more-than-distillation",
    "math-gains-most-consistent",
  ] as const;
  const { ties, student, domains } = data;
  const names = FIGURE_5.filter((name) => data.benchmarks.includes(name));
  if (ties === null || student === null || names.length < FIGURE_5.length)
    return Object.fromEntries(
      ids.map((id) => [
        id,
        {
          missing:
            "the study lacks a TIES merge, a distilled student or a benchmark of Figure 5",
        },
      ]),
    );
  const models = ["multi", ties, student];
  const gains = new Map<string, Gains>();
  for (const name of names) {
    const experts = domains.map((domain) => gainsOf(data, domain, name));
    const unions = data.seeds.map((_, s) =>
      unionGain(experts.map((vectors) => vectors[s]!)),
    );
    for (const model of models)
      gains.set(`${model}/${name}`, {
        own: gainsOf(data, model, name),
        unions,
      });
  }
  const drawn = draws({
    seeds: data.seeds.length,
    items: names.map((name) => scoresOf(data, "sft", name).length),
  });
  /** Mean over seeds of a number of the two vectors on the drawn items. */
  const over =
    ({ seeds, items }: Draw) =>
    (
      model: string,
      name: BenchmarkName,
      number: (
        own: readonly number[],
        union: readonly number[],
        items: readonly number[],
      ) => number = cosineOver,
    ): number => {
      const { own, unions } = gains.get(`${model}/${name}`)!;
      const chosen = items[names.indexOf(name)]!;
      return mean(seeds.map((s) => number(own[s]!, unions[s]!, chosen)));
    };
  const bootstrap = (
    statistic: (of: ReturnType<typeof over>) => number,
  ): Measured =>
    measuredOr(
      crossedBootstrap((draw) => statistic(over(draw)), drawn),
      NOTHING_GAINED,
    );
  /** Mean over benchmarks of the difference of two models. */
  const against = (other: string): Measured =>
    bootstrap((cosine) =>
      mean(names.map((name) => cosine(ties, name) - cosine(other, name))),
    );
  return {
    "gains-shared": bootstrap((cosine) =>
      mean(
        names.flatMap((name) =>
          models.map((model) => cosine(model, name, aboveChance)),
        ),
      ),
    ),
    "merging-inherits-more-than-mixing": against("multi"),
    "merging-inherits-more-than-distillation": against(student),
    "math-gains-most-consistent": bootstrap((cosine) => {
      const [math, ...rest] = names.map((name) =>
        mean(models.map((model) => cosine(model, name))),
      );
      return math! - Math.max(...rest);
    }),
  };
}

/** Cosine of two gain vectors on chosen items − its expectation when the items change places. */
function aboveChance(
  own: readonly number[],
  union: readonly number[],
  items: readonly number[],
): number {
  const expected = chanceCosine(
    items.map((i) => own[i]!),
    items.map((i) => union[i]!),
  );
  return cosineOver(own, union, items) - expected;
}
