/** Findings on what one domain's training does to the others (§3.2, §3.3): interference, synergy of reasoning, the agent. */
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
import { lacking, type ClaimData } from "./data.js";
import { resampled } from "./resampled.js";
import { estimated, missing, type ClaimNumber } from "./claimRow.js";

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

/** A domain's expert on another domain's benchmarks. */
type Pair = readonly [from: Domain, to: Domain];

/** Every directed pair of two different reasoning domains. */
const PAIRS: readonly Pair[] = REASONING.flatMap((from) =>
  REASONING.filter((to) => to !== from).map((to) => [from, to] as const),
);

/** Numbers of "little interference", "reasoning domains help each other" and "agent neither helped nor hurt". */
export function interferenceClaims(
  data: ClaimData,
): Record<(typeof INTERFERENCE)[number], ClaimNumber> {
  const { benchmarks, scores } = data;
  const over =
    (model: string) =>
    ([from, to]: Pair): Term[] =>
      difference(from, model, benchmarksOf(benchmarks, to));
  const gain = (pairs: readonly Pair[]): Term[] =>
    meanOfTerms(pairs.map(over("sft")));
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
  /** What experts gain elsewhere beyond a model whose rewards were for the form of an answer alone. */
  const beyond = (
    wanted: readonly Domain[],
    pairs: readonly Pair[],
  ): ClaimNumber =>
    scores.has("control")
      ? among(wanted, () => meanOfTerms(pairs.map(over("control"))))
      : missing("the study names no control with rewards for the form alone");
  const others = DOMAINS.filter(
    (domain) => !REASONING.includes(domain),
  ).flatMap((from) => REASONING.map((to): Pair => [from, to]));
  const withInstruction: readonly Domain[] = [...REASONING, "instruction"];
  return {
    "little-interference-experts": awayFromHome(data),
    "little-interference-mixed": mixedAtHome(data),
    "own-domain-best": leastLead(data),
    "reasoning-synergy": beyond(REASONING, PAIRS),
    "reasoning-synergy-each": smallestGain(data),
    "instruction-helps-reasoning": beyond(
      withInstruction,
      REASONING.map((to) => ["instruction", to]),
    ),
    "reasoning-on-instruction-marginal": among(withInstruction, () =>
      gain(REASONING.map((from) => [from, "instruction"])),
    ),
    "synergy-strongest-in-reasoning": among(DOMAINS, () => [
      ...gain(PAIRS),
      ...scaled(gain(others), -1),
    ]),
    "agent-unmoved": among([...withInstruction, "agent"], () =>
      gain(withInstruction.map((from) => [from, "agent"])),
    ),
  };
}

/** Mean gain of the experts on benchmarks that are not their own. */
function awayFromHome({ domains, benchmarks, scores }: ClaimData): ClaimNumber {
  const terms = domains.flatMap((expert) =>
    benchmarks
      .filter((name) => domainOfBenchmark(name) !== expert)
      .map((name) => difference(expert, "sft", [name])),
  );
  return terms.length === 0
    ? missing("the study has one domain only")
    : estimated(contrast(scores, meanOfTerms(terms)), 100);
}

/** Mean difference of the mixed run to the expert of each benchmark's own domain. */
function mixedAtHome({ domains, benchmarks, scores }: ClaimData): ClaimNumber {
  const terms = benchmarks
    .filter((name) => domains.includes(domainOfBenchmark(name)))
    .map((name) => difference("multi", domainOfBenchmark(name), [name]));
  return terms.length === 0
    ? missing("no benchmark belongs to a domain of the study")
    : estimated(contrast(scores, meanOfTerms(terms)), 100);
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
function smallestGain(data: ClaimData): ClaimNumber {
  const inDomain = (domain: Domain): BenchmarkName[] =>
    benchmarksOf(data.benchmarks, domain);
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
