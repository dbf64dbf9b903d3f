/** What Figure 4 and Table 6 decide: does distance predict the change, do neighbours help, is being a neighbour mutual? */
import {
  crossedBootstrap,
  divergenceSums,
  draws,
  rankCorrelation,
  divergenceTotal,
  type Draw,
  type ExpertSamples,
} from "../../analysis/index.js";
import type { Domain } from "../../domains/index.js";
import { benchmarkSpec, type BenchmarkName } from "../../evaluate/index.js";
import { mean } from "../../stats/index.js";
import type { Scored } from "../rows/modelScores.js";
import { aloneOf, pairMatrices, type PairSource } from "../rows/pairs.js";
import { claimRow, STATED, type ClaimRow } from "./claimRow.js";

/** What the claims are decided from. */
export interface NeighborEvidence {
  runs: readonly ExpertSamples[];
  models: readonly Scored[];
  pairs: readonly PairSource[];
  /** Multi-domain model by which neighbours are found: the merge of all experts by the pairs' method; null where there is none. */
  reference: string | null;
  /** ε in units of the own expert's divergence. */
  factor: number;
}

// What merging does to an expert without any partner is not the partner's doing.
const ALONE = "against the expert alone, merged by the same method";
const FEWEST_DOMAINS = 3;
// With one partner of many on a side the difference is that one.
const LEAST_SHARE = 0.25;
const NO_SAMPLES = "the study has no measure neighborhoods";

/** Score of a model − that of a domain's expert on the domain's benchmarks, a number a seed. */
function changes(
  models: readonly Scored[],
  model: string,
  domain: Domain,
): number[] {
  const of = (name: string) =>
    models.find((each) => each.model === name)!.scores;
  const own = [...of(domain)].filter(
    ([name]) => benchmarkSpec(name).domain === domain,
  );
  return own[0]![1][0]!.map((_, s) =>
    mean(
      own.map(([name, b]) => {
        const a = of(model).get(name)!;
        return mean(a.map((row, i) => row[s]! - b[i]![s]!));
      }),
    ),
  );
}

function correlationRow({ runs, models }: NeighborEvidence): ClaimRow {
  const id = "kl-does-not-predict";
  const names = Object.keys(runs[0]?.samples[0]?.models ?? {}).filter((name) =>
    ["multi", "merged", "student"].includes(
      models.find(({ model }) => model === name)?.role ?? "base",
    ),
  );
  if (names.length === 0)
    return claimRow(id, STATED, null, { why: NO_SAMPLES });
  const { domains } = divergenceSums(runs, names[0]!);
  /** points[model][domain] = own expert's divergence and change, a number a seed each. */
  const points = names.map((name) => {
    const sums = divergenceSums(runs, name);
    return domains.map((domain) => ({
      kl: sums
        .of(domain, domain)
        .map(
          (prompts) =>
            prompts.reduce((sum, { kl }) => sum + kl, 0) /
            prompts.reduce((sum, { samples }) => sum + samples, 0),
        ),
      change: changes(models, name, domain),
    }));
  });
  const correlate = ({ seeds, items }: Draw): number => {
    const used = points.flatMap((row) => items[0]!.map((d) => row[d]!));
    const over = (of: "kl" | "change"): number[] =>
      used.map((point) => mean(seeds.map((s) => point[of][s]!)));
    return rankCorrelation(over("kl"), over("change"));
  };
  const found =
    domains.length < FEWEST_DOMAINS
      ? null
      : crossedBootstrap(
          correlate,
          draws({ seeds: points[0]![0]!.kl.length, items: [domains.length] }),
        );
  return claimRow(id, STATED, found, {
    why: "too few domains for a correlation",
  });
}

/** Who is whose neighbour by Eq. 1 over a draw, whose blocks are the domains' prompts. */
function neighborTable(
  runs: readonly ExpertSamples[],
  reference: string,
  factor: number,
): {
  seeds: number;
  items: number[];
  domains: Domain[];
  isNeighbor: (expert: Domain, data: Domain, draw: Draw) => boolean;
} {
  const sums = divergenceSums(runs, reference);
  const { domains } = sums;
  const cells = new Map(
    domains.flatMap((data) =>
      domains.map((expert) => [`${expert} ${data}`, sums.of(expert, data)]),
    ),
  );
  const kl = (expert: Domain, data: Domain, draw: Draw): number => {
    const cell = cells.get(`${expert} ${data}`)!;
    const block = domains.indexOf(data);
    return (
      divergenceTotal(cell, draw, "kl", block) /
      divergenceTotal(cell, draw, "samples", block)
    );
  };
  return {
    seeds: sums.seeds.length,
    items: domains.map((data) => sums.prompts(data).length),
    domains,
    isNeighbor: (expert, data, draw) =>
      kl(expert, data, draw) < factor * kl(data, data, draw),
  };
}

/** One merge of two experts on one benchmark of the first: its scores, those of the expert, and of the expert merged alone. */
interface PairScores {
  benchmark: BenchmarkName;
  a: number[][];
  b: number[][];
  alone: number[][];
}

/** A merge of two experts with its scores. */
interface ScoredPair {
  domain: Domain;
  partner: Domain;
  matrices: PairScores[];
}

function scoredPairs({ pairs, models }: NeighborEvidence): ScoredPair[] {
  const experts = new Map(
    models.map(({ model, scores }) => [model as Domain, scores]),
  );
  return pairs.flatMap((pair) => {
    const { domain, partner } = pair;
    if (partner === null) return [];
    const alone = pairMatrices(aloneOf(pair, pairs), experts);
    const matrices = pairMatrices(pair, experts).map((each, k) => ({
      ...each,
      alone: alone[k]!.a,
    }));
    return [{ domain, partner, matrices }];
  });
}

/** What some merges gain over the expert, or over the expert merged alone; the draw has a block for each of `names`. */
function meanGain(
  pairs: readonly ScoredPair[],
  over: "b" | "alone",
  names: readonly BenchmarkName[],
  { seeds, items }: Draw,
): number {
  return mean(
    pairs.map(({ matrices }) =>
      mean(
        matrices.map(({ benchmark, a, [over]: b }) => {
          const block = items[names.indexOf(benchmark)]!;
          return mean(
            seeds.flatMap((s) => block.map((i) => a[i]![s]! - b[i]![s]!)),
          );
        }),
      ),
    ),
  );
}

function pairClaims(
  evidence: NeighborEvidence,
  isNeighbor: (expert: Domain, data: Domain) => boolean,
): ClaimRow[] {
  const pairs = scoredPairs(evidence);
  const lengths = new Map(
    pairs.flatMap(({ matrices }) =>
      matrices.map(({ benchmark, a }) => [benchmark, a.length]),
    ),
  );
  const names = [...lengths.keys()];
  const drawn = draws({
    seeds: evidence.pairs[0]!.lines.length,
    items: [...lengths.values()],
  });
  const near = pairs.filter(({ domain, partner }) =>
    isNeighbor(partner, domain),
  );
  const far = pairs.filter((pair) => !near.includes(pair));
  const everybody = "every partner is a neighbour by Eq. 1";
  const nobody = "no partner is a neighbour by Eq. 1";
  return (["b", "alone"] as const).flatMap((over) => {
    const measure = over === "b" ? STATED : ALONE;
    const gain = (used: typeof pairs, draw: Draw): number =>
      meanGain(used, over, names, draw);
    const found = near.length === 0 ? null : near;
    return [
      claimRow(
        "neighbours-help",
        measure,
        found && crossedBootstrap((draw) => gain(found, draw), drawn),
        { scale: 100, why: nobody },
      ),
      claimRow(
        "neighbours-help-more",
        measure,
        found && Math.min(near.length, far.length) >= LEAST_SHARE * pairs.length
          ? crossedBootstrap(
              (draw) => gain(found, draw) - gain(far, draw),
              drawn,
            )
          : null,
        {
          scale: 100,
          why:
            far.length === 0
              ? everybody
              : found
                ? `at least a quarter of the partners must be neighbours by Eq. 1 and at least a quarter not, got ${near.length} and ${far.length}`
                : nobody,
        },
      ),
    ];
  });
}

/** Rows of the claims on policy neighbourhoods. */
export function neighborClaims(evidence: NeighborEvidence): ClaimRow[] {
  const { runs, pairs, reference, factor } = evidence;
  const missing = (ids: readonly string[], why: string): ClaimRow[] =>
    ids.map((id) => claimRow(id, STATED, null, { why }));
  const pairIds = ["neighbours-help", "neighbours-help-more"];
  const single = new Set(runs.map(({ expert }) => expert)).size < 2;
  if (single || reference === null) {
    const why =
      runs.length === 0
        ? NO_SAMPLES
        : single
          ? "there is one domain only"
          : "no merge of all experts by the pairs' method has its distances measured";
    return [
      correlationRow(evidence),
      ...missing([...pairIds, "neighbourhood-asymmetric"], why),
    ];
  }
  const { seeds, items, domains, isNeighbor } = neighborTable(
    runs,
    reference,
    factor,
  );
  const drawn = draws({ seeds, items });
  const couples = domains.flatMap((a, i) =>
    domains.slice(i + 1).map((b) => [a, b] as const),
  );
  const oneSided = crossedBootstrap(
    (draw) =>
      mean(
        couples.map(([a, b]) =>
          isNeighbor(a, b, draw) === isNeighbor(b, a, draw) ? 0 : 1,
        ),
      ),
    drawn,
  );
  return [
    correlationRow(evidence),
    ...(pairs.length === 0
      ? missing(pairIds, "the study has no measure pairs")
      : pairClaims(evidence, (expert, data) =>
          isNeighbor(expert, data, drawn.whole),
        )),
    claimRow("neighbourhood-asymmetric", STATED, oneSided, {
      why: "there is one domain only",
    }),
  ];
}
