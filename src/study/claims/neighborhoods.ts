/** Findings on policy neighbourhoods (§3.4): does KL foretell the change of performance, do neighbours help, is it mutual? */
import {
  crossedBootstrap,
  draws,
  neighborhoods,
  NEIGHBOR_FACTOR,
  rankCorrelation,
  type ExpertSamples,
  type NeighborhoodCell,
} from "../../analysis/index.js";
import type { Domain } from "../../domains/index.js";
import { mean, type BenchmarkName } from "../../evaluate/index.js";
import type { ModelScores } from "../rows.js";
import {
  benchmarksIn,
  contrast,
  difference,
  meanOfTerms,
  scaled,
} from "./contrast.js";
import { meanOver, scoresOf, type ClaimData, type PairScores } from "./data.js";
import {
  measured,
  measuredOr,
  type Measured,
  type Measurements,
} from "./measured.js";

/** Numbers of "KL does not predict" and "neighbouring policies help". */
export function neighborhoodClaims(data: ClaimData): Measurements {
  const { samples, ties } = data;
  if (samples.length === 0 || ties === null) {
    const missing =
      "the study lacks a TIES merge or the experts' samples that it would be compared on";
    return Object.fromEntries(
      [
        "kl-does-not-predict",
        "neighbours-help",
        "neighbours-help-more",
        "neighbourhood-asymmetric",
      ].map((id) => [id, { missing }]),
    );
  }
  // Only means are read of the cells; their own intervals are made as cheaply as may be.
  const cells = neighborhoods(samples, { resamples: 100 });
  return {
    "kl-does-not-predict": klAndChange(data, cells),
    ...withNeighbors(
      data,
      cells.filter(({ model }) => model === ties),
    ),
    "neighbourhood-asymmetric": oneSided(data, ties),
  };
}

/** Rank correlation over domains and multi-domain models of KL(own expert ‖ model) and the change of performance. */
function klAndChange(
  data: ClaimData,
  cells: readonly NeighborhoodCell[],
): Measured {
  const own = cells.filter(
    ({ data: domain, expert }) =>
      domain === expert && benchmarksIn(data.benchmarks, domain).length > 0,
  );
  const domains = [...new Set(own.map((cell) => cell.data))];
  const change = ({ model, expert }: NeighborhoodCell, s: number): number =>
    mean(
      benchmarksIn(data.benchmarks, expert).map((name) => {
        const score = (of: string): number => {
          const scores = scoresOf(data, of, name);
          return meanOver(scores, [s], [...scores.keys()]);
        };
        return score(model) - score(expert);
      }),
    );
  /** points[domain][model][seed] */
  const points = domains.map((domain) =>
    own
      .filter((cell) => cell.data === domain)
      .map((cell) =>
        cell.perSeed.map((kl, s) => ({ kl, change: change(cell, s) })),
      ),
  );
  const drawn = draws({ seeds: data.seeds.length, items: [domains.length] });
  return measuredOr(
    crossedBootstrap(({ seeds, items }) => {
      const chosen = items[0]!
        .flatMap((d) => points[d]!)
        .map((perSeed) => seeds.map((s) => perSeed[s]!));
      return chosen.length < 2
        ? NaN
        : rankCorrelation(
            chosen.map((point) => mean(point.map(({ kl }) => kl))),
            chosen.map((point) => mean(point.map((p) => p.change))),
          );
    }, drawn),
    "KL or the change of performance is the same everywhere",
  );
}

/** Scores of a pair's merge as those of any other model. */
function pairScores({ lines }: PairScores): ModelScores {
  const names = lines[0]!.map(({ benchmark }) => benchmark);
  return new Map(
    names.map((name): [BenchmarkName, number[][]] => {
      const columns = lines.map(
        (seed) => seed.find(({ benchmark }) => benchmark === name)!.scores,
      );
      return [name, columns[0]!.map((_, i) => columns.map((c) => c[i]!))];
    }),
  );
}

/** What merging with one other expert does to a domain, by whether that expert is a neighbour in Eq. 1's sense. */
function withNeighbors(
  data: ClaimData,
  cells: readonly NeighborhoodCell[],
): Measurements {
  const scores = new Map(data.scores);
  const changes = data.pairs.map((pair) => {
    const { domain, partner } = pair;
    const merged = `${domain}+${partner}`;
    scores.set(merged, pairScores(pair));
    const cell = cells.find(
      (each) => each.data === domain && each.expert === partner,
    );
    return {
      neighbor: cell?.neighbor,
      terms: difference(merged, domain, benchmarksIn(data.benchmarks, domain)),
    };
  });
  const terms = (neighbor: boolean): (typeof changes)[0]["terms"][] =>
    changes.filter((c) => c.neighbor === neighbor).map((c) => c.terms);
  const [neighbors, others] = [terms(true), terms(false)];
  const none = {
    missing: `of the pairs that were merged, ${neighbors.length} are neighbours by Eq. 1 and ${others.length} are not`,
  };
  return {
    "neighbours-help":
      neighbors.length === 0
        ? none
        : measured(contrast(scores, meanOfTerms(neighbors)), 100),
    "neighbours-help-more":
      neighbors.length === 0 || others.length === 0
        ? none
        : measured(
            contrast(scores, [
              ...meanOfTerms(neighbors),
              ...scaled(meanOfTerms(others), -1),
            ]),
            100,
          ),
  };
}

/** Divergences of one expert to one model on one domain's prompts: kl[prompt], sums over completions and seeds. */
function promptDivergences(
  samples: readonly ExpertSamples[],
  model: string,
  expert: Domain,
  domain: Domain,
): { kl: number; completions: number }[] {
  const prompts = new Map<string, { kl: number; completions: number }>();
  for (const run of samples) {
    if (run.expert !== expert) continue;
    for (const { data, task, models } of run.samples) {
      if (data !== domain) continue;
      const before = prompts.get(task) ?? { kl: 0, completions: 0 };
      prompts.set(task, {
        kl: before.kl + models[model]!.kl,
        completions: before.completions + 1,
      });
    }
  }
  return [...prompts.values()];
}

/** Share of pairs of domains of which exactly one is the other's neighbour, with its interval over prompts. */
function oneSided({ samples, domains }: ClaimData, model: string): Measured {
  if (!(model in samples[0]!.samples[0]!.models))
    return { missing: "the experts' samples were not read by the TIES merge" };
  if (domains.length < 2) return { missing: "the study has one domain only" };
  /** divergences[domain][expert][prompt] */
  const divergences = domains.map((domain) =>
    domains.map((expert) => promptDivergences(samples, model, expert, domain)),
  );
  const drawn = draws({
    seeds: 1,
    items: divergences.map((experts) => experts[0]!.length),
  });
  return measuredOr(
    crossedBootstrap(({ items }) => {
      const distance = (domain: number, expert: number): number => {
        let [kl, completions] = [0, 0];
        for (const i of items[domain]!) {
          const prompt = divergences[domain]![expert]![i]!;
          kl += prompt.kl;
          completions += prompt.completions;
        }
        return kl / completions;
      };
      const neighbor = (domain: number, expert: number): boolean =>
        distance(domain, expert) < NEIGHBOR_FACTOR * distance(domain, domain);
      let [pairs, sided] = [0, 0];
      for (let a = 0; a < domains.length; a++)
        for (let b = 0; b < a; b++) {
          pairs++;
          if (neighbor(a, b) !== neighbor(b, a)) sided++;
        }
      return sided / pairs;
    }, drawn),
    "the experts' samples hold no prompts",
  );
}
