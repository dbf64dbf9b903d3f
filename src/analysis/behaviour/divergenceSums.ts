/** Divergence samples added up by expert, domain of prompts, seed and prompt: what every number of Figure 4 is made of. */
import type { Domain } from "../../domains/index.js";
import type { Draw } from "../../stats/crossedBootstrap.js";
import type { DivergenceSample } from "./sampleDivergences.js";

/** All samples of one expert of one seed. */
export interface ExpertSamples {
  /** Domain ℬ that the expert was trained on. */
  expert: Domain;
  seed: number;
  samples: readonly DivergenceSample[];
}

/** Sums over the completions of one prompt. */
export interface PromptSums {
  kl: number;
  logRatio: number;
  self: number;
  tokens: number;
  samples: number;
}

/** sums[seed][prompt] of one expert on one domain's prompts. */
export type CellSums = PromptSums[][];

/** Sum of one number over a draw; `block` says which of the draw's blocks holds the prompts. */
export function divergenceTotal(
  sums: CellSums,
  { seeds, items }: Draw,
  of: keyof PromptSums,
  block = 0,
): number {
  let value = 0;
  for (const s of seeds)
    for (const i of items[block]!) value += sums[s]![i]![of];
  return value;
}

function promptSums(
  samples: readonly DivergenceSample[],
  data: Domain,
  model: string,
): Map<string, PromptSums> {
  const prompts = new Map<string, PromptSums>();
  for (const sample of samples) {
    if (sample.data !== data) continue;
    const { kl, logRatio } = sample.models[model]!;
    const before = prompts.get(sample.task);
    prompts.set(sample.task, {
      kl: (before?.kl ?? 0) + kl,
      logRatio: (before?.logRatio ?? 0) + logRatio,
      self: (before?.self ?? 0) + sample.self,
      tokens: (before?.tokens ?? 0) + sample.tokens,
      samples: (before?.samples ?? 0) + 1,
    });
  }
  return prompts;
}

/** Samples sorted by expert, domain of prompts, seed and prompt, for one multi-domain policy. */
export interface DivergenceSums {
  experts: Domain[];
  seeds: number[];
  /** Domains of the prompts. */
  domains: Domain[];
  /** Prompts of a domain, in one order for every expert and seed. */
  prompts(data: Domain): string[];
  /** Sums of one expert on one domain's prompts. */
  of(expert: Domain, data: Domain): CellSums;
}

/**
 * Sort samples into cells.
 *
 * @param model  the multi-domain policy
 * @throws RangeError an expert lacks a prompt in a seed
 */
export function divergenceSums(
  runs: readonly ExpertSamples[],
  model: string,
): DivergenceSums {
  const experts = [...new Set(runs.map(({ expert }) => expert))];
  const seeds = [...new Set(runs.map(({ seed }) => seed))];
  const first = runs[0]!.samples;
  const prompts = (data: Domain): string[] => [
    ...new Set(
      first.filter((each) => each.data === data).map(({ task }) => task),
    ),
  ];
  const of = (expert: Domain, data: Domain): CellSums =>
    seeds.map((seed) => {
      const run = runs.find(
        (each) => each.expert === expert && each.seed === seed,
      );
      const sums = promptSums(run?.samples ?? [], data, model);
      return prompts(data).map((prompt) => {
        const found = sums.get(prompt);
        if (found === undefined)
          throw new RangeError(
            `neighborhoods: every expert must have completions of every prompt in every seed, got none of ${expert} for ${prompt} in seed ${seed}`,
          );
        return found;
      });
    });
  const domains = [...new Set(first.map(({ data }) => data))];
  return { experts, seeds, domains, prompts, of };
}
