/** Findings on what one domain's training does to the others (§3.2, §3.3): interference, synergy of reasoning, the agent. */
import { crossedBootstrap, draws, type Draw } from "../../analysis/index.js";
import { DOMAINS, spec, type Domain } from "../../domains/index.js";
import type { BenchmarkName } from "../../evaluate/index.js";
import { benchmarksOf, domainOfBenchmark } from "../rows/modelScores.js";
import {
  contrast,
  difference,
  meanOfTerms,
  scaled,
  type Term,
} from "./contrast.js";
import { lacking, meanOver, scoresOf, type ClaimData } from "./data.js";
import {
  estimated,
  estimatedOr,
  missing,
  type ClaimNumber,
} from "./claimRow.js";

/** Claims that `interferenceClaims` decides. */
export const INTERFERENCE = [
  "little-interference-experts",
  "little-interference-mixed",
  "own-domain-best",
  "reasoning-synergy",
  "reasoning-synergy-each",
  "instruction-helps-reasoning",
  "reasoning-on-instruction-marginal",
  "synergy-strongest-in-reasoning",
  "agent-unmoved",
] as const;

/** Domains whose tasks are solved by reasoning, as the paper groups them. */
export const REASONING: readonly Domain[] = DOMAINS.filter(
  (domain) => spec(domain).reasoning,
);

/** Every directed pair of two different reasoning domains. */
const PAIRS: readonly (readonly [from: Domain, to: Domain])[] =
  REASONING.flatMap((from) =>
    REASONING.filter((to) => to !== from).map((to) => [from, to] as const),
  );

/** A statistic of resampled tasks and seeds; places are those of `benchmarks` in the draw. */
function resampled(
  data: ClaimData,
  benchmarks: readonly BenchmarkName[],
  statistic: (
    score: (model: string, benchmark: BenchmarkName) => number,
  ) => number,
): ClaimNumber {
  const drawn = draws({
    seeds: data.seeds.length,
    items: benchmarks.map((name) => scoresOf(data, "sft", name).length),
  });
  const at =
    ({ seeds, items }: Draw) =>
    (model: string, name: BenchmarkName): number =>
      meanOver(
        scoresOf(data, model, name),
        seeds,
        items[benchmarks.indexOf(name)]!,
      );
  return estimatedOr(
    crossedBootstrap((draw) => statistic(at(draw)), drawn),
    "its scores do not vary",
    100,
  );
}

/** Numbers of "little interference", "reasoning domains help each other" and "agent neither helped nor hurt". */
export function interferenceClaims(
  data: ClaimData,
): Record<(typeof INTERFERENCE)[number], ClaimNumber> {
  const { domains, benchmarks, scores } = data;
  const inDomain = (domain: Domain): BenchmarkName[] =>
    benchmarksOf(benchmarks, domain);
  const gain = (expert: Domain, domain: Domain): Term[] =>
    difference(expert, "sft", inDomain(domain));
  /** A contrast of experts, where the study has the domains that it speaks of. */
  const among = (
    wanted: readonly Domain[],
    terms: () => Term[],
  ): ClaimNumber => {
    const why = lacking(data, wanted);
    return why === null
      ? estimated(contrast(scores, terms()), 100)
      : missing(why);
  };
  const others = DOMAINS.filter(
    (domain) => !REASONING.includes(domain),
  ).flatMap((from) => REASONING.map((to) => [from, to] as const));
  const meanGain = (pairs: readonly (readonly [Domain, Domain])[]): Term[] =>
    meanOfTerms(pairs.map(([from, to]) => gain(from, to)));
  const away = domains.flatMap((expert) =>
    benchmarks
      .filter((name) => domainOfBenchmark(name) !== expert)
      .map((name) => difference(expert, "sft", [name])),
  );
  const own = benchmarks
    .filter((name) => domains.includes(domainOfBenchmark(name)))
    .map((name) => difference("multi", domainOfBenchmark(name), [name]));
  const fromOthers: readonly Domain[] = [...REASONING, "instruction"];
  return {
    "little-interference-experts":
      away.length === 0
        ? missing("the study has one domain only")
        : estimated(contrast(scores, meanOfTerms(away)), 100),
    "little-interference-mixed":
      own.length === 0
        ? missing("no benchmark belongs to a domain of the study")
        : estimated(contrast(scores, meanOfTerms(own)), 100),
    "own-domain-best": leastLead(data),
    "reasoning-synergy": among(REASONING, () => meanGain(PAIRS)),
    "reasoning-synergy-each": smallestGain(data, inDomain),
    "instruction-helps-reasoning": among([...REASONING, "instruction"], () =>
      meanGain(REASONING.map((to) => ["instruction", to])),
    ),
    "reasoning-on-instruction-marginal": among(
      [...REASONING, "instruction"],
      () => meanGain(REASONING.map((from) => [from, "instruction"])),
    ),
    "synergy-strongest-in-reasoning": among(DOMAINS, () => [
      ...meanGain(PAIRS),
      ...scaled(meanGain(others), -1),
    ]),
    "agent-unmoved": among([...fromOthers, "agent"], () =>
      meanGain(fromOthers.map((from) => [from, "agent"])),
    ),
  };
}

/** Least lead of an own expert over the best other one; the paper claims it of all domains but science. */
function leastLead(data: ClaimData): ClaimNumber {
  const claimed: readonly Domain[] = ["math", "coding", "instruction", "agent"];
  const why = lacking(data, claimed);
  if (why !== null) return missing(why);
  const benchmarks = data.benchmarks.filter((name) =>
    claimed.includes(domainOfBenchmark(name)),
  );
  return resampled(data, benchmarks, (score) =>
    Math.min(
      ...benchmarks.map((name) => {
        const rivals = data.domains.filter(
          (each) => each !== domainOfBenchmark(name),
        );
        return (
          score(domainOfBenchmark(name), name) -
          Math.max(...rivals.map((rival) => score(rival, name)))
        );
      }),
    ),
  );
}

/** Smallest gain among the directed pairs of reasoning domains. */
function smallestGain(
  data: ClaimData,
  inDomain: (domain: Domain) => BenchmarkName[],
): ClaimNumber {
  const why = lacking(data, REASONING);
  if (why !== null) return missing(why);
  return resampled(data, REASONING.flatMap(inDomain), (score) =>
    Math.min(
      ...PAIRS.map(([from, to]) => {
        const names = inDomain(to);
        return (
          names.reduce(
            (sum, name) => sum + score(from, name) - score("sft", name),
            0,
          ) / names.length
        );
      }),
    ),
  );
}
