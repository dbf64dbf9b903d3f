/** Which experts a multi-domain policy is close to, on whose prompts: the KL heat map of Figure 4 and the neighbourhoods of Eq. 1. */
import type { Domain } from "../../domains/index.js";

import {
  crossedBootstrap,
  draws,
  type Draw,
  type Draws,
} from "../../stats/crossedBootstrap.js";
import {
  divergenceSums,
  divergenceTotal,
  type CellSums,
  type ExpertSamples,
} from "./divergenceSums.js";
import type { Estimate } from "../../stats/index.js";

/** Distance of one expert ℬ to one multi-domain policy on the prompts of one domain 𝒜. */
export interface NeighborhoodCell {
  /** Name of the multi-domain policy. */
  model: string;
  /** ℬ */
  expert: Domain;
  /** 𝒜 */
  data: Domain;
  /** KL(π_Eℬ ‖ π_multi) of whole completions, nats; exact over each next token, sampled over paths. */
  perSequence: Estimate;
  /** The same a sampled token, nats: all divergence over all tokens. */
  perToken: Estimate;
  /** Eq. 1 as it stands: the mean of ln π_Eℬ(y|x) − ln π_multi(y|x), nats; it may come out negative. */
  sampledPerSequence: Estimate;
  /** The same a sampled token. */
  sampledPerToken: Estimate;
  /** Noise floor: what two readings of one and the same expert differ by, nats a completion (see `DivergenceSample.self`). */
  self: number;
  /** perSequence over that of 𝒜's own expert; null where that is 0. */
  ratio: Estimate | null;
  /** ε of Eq. 1: factor × perSequence of 𝒜's own expert, nats. */
  epsilon: number;
  /** Eq. 1: perSequence < ε. */
  neighbor: boolean;
  /** Whether the interval of `ratio` lies below the factor, above it, or around it; "own" for ℬ = 𝒜. */
  verdict: "own" | "inside" | "outside" | "undecided";
  /** perSequence of each seed, in the order of the seeds. */
  perSeed: number[];
  seeds: number;
  prompts: number;
  /** Completions a prompt and seed. */
  samples: number;
  /** Sampled tokens, all seeds together. */
  tokens: number;
}

/** Options of `neighborhoods`. */
export interface NeighborhoodsOptions {
  /** ε in units of the own expert's divergence, default 2. */
  factor?: number;
  /** Resamples of the intervals, default 1,000. */
  resamples?: number;
}

function verdictOf(
  own: boolean,
  ratio: Estimate | null,
  factor: number,
): NeighborhoodCell["verdict"] {
  if (own) return "own";
  if (ratio === null) return "outside";
  if (ratio.high < factor) return "inside";
  return ratio.low >= factor ? "outside" : "undecided";
}

/**
 * Distances of every expert to every multi-domain policy on every domain's prompts, and who is a neighbour of whom.
 *
 *   ℬ is a neighbour of 𝒜  ⇔  E_{x~𝒜, y~π_Eℬ(·|x)} [ ln π_Eℬ(y|x) / π_multi(y|x) ] < ε,   ε = factor · the same of 𝒜's own expert
 *
 * Source: paper §3.4, Eq. 1 and Figure 4 (y: expert ℬ, x: data 𝒜). The paper leaves ε to a comparison with the own expert's
 * divergence and does not say whether its cells are means a token or sums a completion: both are here, and ε is stated.
 * Intervals: `crossedBootstrap` over prompts (with all their completions) and seeds; a ratio meets the same draws in both terms.
 *
 * @param runs  samples of each expert and seed, all on the same prompts and with the same other policies
 * @returns cells by model, then data 𝒜, then expert ℬ
 * @throws RangeError there is no sample, a prompt or expert is missing in a seed, a domain has prompts but no expert, or factor is
 *   not positive
 * @example
 * const samples = sampleDivergences(expert, { merged }, tokenizer, [task], { seed: 1 });
 * neighborhoods([{ expert: "math", seed: 1, samples }], { factor: 2 })[0].verdict
 */
export function neighborhoods(
  runs: readonly ExpertSamples[],
  { factor = 2, resamples = 1000 }: NeighborhoodsOptions = {},
): NeighborhoodCell[] {
  if (!(factor > 0))
    throw new RangeError(
      `neighborhoods: factor must be positive, got ${factor}`,
    );
  const [first] = runs;
  if (first === undefined || first.samples.length === 0)
    throw new RangeError("neighborhoods: samples must not be empty, got 0");
  return Object.keys(first.samples[0]!.models).flatMap((model) => {
    const sums = divergenceSums(runs, model);
    return sums.domains.flatMap((data) => {
      if (!sums.experts.includes(data))
        throw new RangeError(
          `neighborhoods: every domain of prompts must have its own expert, got none for ${data}`,
        );
      const prompts = sums.prompts(data).length;
      const seeds = sums.seeds.length;
      const drawn = draws({ seeds, items: [prompts], resamples });
      const own = sums.of(data, data);
      return sums.experts.map((expert): NeighborhoodCell => {
        const cell = sums.of(expert, data);
        const isOwn = expert === data;
        const completions = divergenceTotal(cell, drawn.whole, "samples");
        return {
          ...{ model, expert, data },
          ...distances(cell, own, drawn, { factor, isOwn }),
          ...{ seeds, prompts },
          samples: completions / (seeds * prompts),
          tokens: divergenceTotal(cell, drawn.whole, "tokens"),
        };
      });
    });
  });
}

/** The distances of one cell, also in units of those of the domain's own expert. */
function distances(
  cell: CellSums,
  own: CellSums,
  drawn: Draws,
  { factor, isOwn }: { factor: number; isOwn: boolean },
): Omit<
  NeighborhoodCell,
  "model" | "expert" | "data" | "seeds" | "prompts" | "samples" | "tokens"
> {
  const { whole } = drawn;
  const per = (
    of: "kl" | "logRatio" | "self",
    by: "samples" | "tokens",
    draw: Draw,
    sums = cell,
  ): number =>
    divergenceTotal(sums, draw, of) / divergenceTotal(sums, draw, by);
  // Every prompt has completions and every completion has tokens, so that these ratios always exist.
  const mean = (of: "kl" | "logRatio", by: "samples" | "tokens"): Estimate =>
    crossedBootstrap((draw) => per(of, by, draw), drawn)!;
  const perSequence = mean("kl", "samples");
  const ratio = crossedBootstrap(
    (draw) =>
      ((divergenceTotal(cell, draw, "kl") / divergenceTotal(own, draw, "kl")) *
        divergenceTotal(own, draw, "samples")) /
      divergenceTotal(cell, draw, "samples"),
    drawn,
  );
  const epsilon = factor * per("kl", "samples", whole, own);
  return {
    perSequence,
    perToken: mean("kl", "tokens"),
    sampledPerSequence: mean("logRatio", "samples"),
    sampledPerToken: mean("logRatio", "tokens"),
    self: per("self", "samples", whole),
    ratio,
    epsilon,
    neighbor: perSequence.mean < epsilon,
    verdict: verdictOf(isOwn, ratio, factor),
    perSeed: whole.seeds.map((s) =>
      per("kl", "samples", { seeds: [s], items: whole.items }),
    ),
  };
}
