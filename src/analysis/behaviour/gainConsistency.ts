/** Does a multi-domain model solve the items that the experts learned to solve, or other ones? Figure 5, with what chance would give. */

import { Random } from "../../random.js";
import { chance, deal, type ChanceCosine } from "./chanceCosine.js";
import {
  crossedBootstrap,
  draws,
  type Draw,
  type Draws,
} from "../../stats/crossedBootstrap.js";
import { cosineOver, gainCosine, gainVector, unionGain } from "./gainVector.js";
import { mean, type Estimate } from "../../stats/index.js";

/** Accuracies of one model on one benchmark, accuracy[item][seed], shares in [0, 1]. */
export type Accuracies = readonly (readonly number[])[];

/** Gain consistency of one model with the union of the experts. */
export interface ModelConsistency {
  /** cos(g_union, g_model), mean over seeds; in [0, 1], since no entry of either is negative. */
  cosine: Estimate;
  /** Gains dealt out over all items. */
  chance: ChanceCosine;
  /**
   * Gains dealt out among items on which SFT scored the same. Both vectors are gains over the same SFT scores, so an item that SFT
   * missed is likelier to be a gain of every model; what is above this level is shared beyond that.
   */
  chanceGivenSft: ChanceCosine;
  /** Share of the union's gain that the model has too: Σ min(g_model, g_union) / Σ g_union. */
  inherited: Estimate;
  /** Share of the model's gain beyond the union's: Σ max(g_model − g_union, 0) / Σ g_model. */
  novel: Estimate;
  /** Cosine − that of the model named by `against`, on the same draws; null for that model itself. */
  above: Estimate | null;
  /** Cosine of each seed. */
  perSeed: number[];
}

/** Gain consistency of several models on one benchmark. */
export interface GainConsistency {
  /** Items that the union gained on, mean over seeds. */
  gained: number;
  /**
   * cos(g_union of one seed, g_union of another), mean over pairs: experts with the recipe in common, but neither the SFT model nor
   * its luck. Null with one seed.
   */
  retrained: number | null;
  /** By name; null where a model or the union gained on fewer than 3 items of some seed, too few for a cosine to mean anything. */
  models: Record<string, ModelConsistency | null>;
}

/** Options of `gainConsistency`. */
export interface GainConsistencyOptions {
  /** Model that the others are compared with; default none. */
  against?: string;
  /** Resamples of the intervals, default 1,000. */
  resamples?: number;
  /** Random deals for the quantiles of chance, default 500. */
  permutations?: number;
  /** Seed of the deals, default 0. */
  seed?: number;
}

const FEWEST_GAINS = 3;

/** Columns of accuracy[item][seed]. */
function perSeed(caller: string, accuracy: Accuracies): number[][] {
  const seeds = accuracy[0]?.length ?? 0;
  if (seeds === 0)
    throw new RangeError(
      `gainConsistency: ${caller} must hold at least one item and one seed, got none`,
    );
  return Array.from({ length: seeds }, (_, s) =>
    accuracy.map((row) => row[s]!),
  );
}

type Vectors = readonly (readonly number[])[];

/** Whether each vector holds enough gains for a cosine. */
function enough(vectors: Vectors): boolean {
  return vectors.every((v) => v.filter((g) => g > 0).length >= FEWEST_GAINS);
}

/** Seed by seed, the gains of a model over SFT. */
function gainsOver(
  start: Vectors,
  caller: string,
  accuracy: Accuracies,
): number[][] {
  const columns = perSeed(caller, accuracy);
  if (columns.length !== start.length)
    throw new RangeError(
      `gainConsistency: ${caller} must have ${start.length} seeds as sft has, got ${columns.length}`,
    );
  return columns.map((column, s) => gainVector(column, start[s]!));
}

/** What all models of one benchmark share. */
interface Setting {
  /** SFT's accuracies, one vector per seed. */
  start: Vectors;
  unions: Vectors;
  /** Random deals over all items, and inside groups of equal SFT accuracy: deals[deal][seed]. */
  freely: readonly Vectors[];
  withinSft: readonly Vectors[];
  drawn: Draws;
}

/** Draws and deals for models of one benchmark. */
function settingOf(
  start: Vectors,
  unions: Vectors,
  {
    resamples = 1000,
    permutations = 500,
    seed = 0,
  }: Omit<GainConsistencyOptions, "against">,
): Setting {
  const random = new Random(seed, "gainConsistency");
  const dealsOf = (groups: Vectors): number[][][] =>
    Array.from({ length: permutations }, () =>
      groups.map((each) => deal(each, random)),
    );
  const items = [start[0]!.length];
  return {
    start,
    unions,
    freely: dealsOf(everywhere(start)),
    withinSft: dealsOf(start),
    drawn: draws({ seeds: start.length, items, resamples }),
  };
}

/** One group of all items, as vectors of equal SFT accuracy would make it. */
function everywhere(start: Vectors): number[][] {
  return start.map((column) => column.map(() => 0));
}

/** One model, and its distance to another; each a gain vector a seed. */
function modelConsistency(
  gains: Vectors,
  other: Vectors | null,
  { start, unions, freely, withinSft, drawn }: Setting,
): ModelConsistency | null {
  const cosineOf = (vectors: Vectors, { seeds, items }: Draw): number =>
    mean(seeds.map((s) => cosineOver(vectors[s]!, unions[s]!, items[0]!)));
  const shareOf =
    (
      part: (g: number, u: number) => number,
      whole: (g: number, u: number) => number,
    ) =>
    ({ seeds, items }: Draw): number => {
      let [top, bottom] = [0, 0];
      for (const s of seeds)
        for (const i of items[0]!) {
          const [g, u] = [gains[s]![i]!, unions[s]![i]!];
          top += part(g, u);
          bottom += whole(g, u);
        }
      return top / bottom;
    };
  const cosine = crossedBootstrap((draw) => cosineOf(gains, draw), drawn);
  const inherited = crossedBootstrap(
    shareOf(
      (g, u) => Math.min(g, u),
      (_, u) => u,
    ),
    drawn,
  );
  const novel = crossedBootstrap(
    shareOf(
      (g, u) => Math.max(g - u, 0),
      (g) => g,
    ),
    drawn,
  );
  if (!cosine || !inherited || !novel) return null;
  return {
    cosine,
    chance: chance(gains, unions, everywhere(start), freely),
    chanceGivenSft: chance(gains, unions, start, withinSft),
    inherited,
    novel,
    above:
      other &&
      crossedBootstrap(
        (draw) => cosineOf(gains, draw) - cosineOf(other, draw),
        drawn,
      ),
    perSeed: gains.map((g, s) => gainCosine(g, unions[s]!)),
  };
}

/**
 * How much each model's gains over SFT look like the union of the experts' gains, on one benchmark.
 *
 *   g_m(i) = max(a_m(i) − a_SFT(i), 0),   g_union(i) = max over experts of g(i),   consistency = cos(g_union, g_m)
 *
 * Seed by seed (its own SFT, experts and models), then the mean; intervals by `crossedBootstrap` over items and seeds.
 *
 * Source: paper §3.5 and Figure 5. Deviates: the paper prints the cosine alone; here stand beside it what chance gives, what
 * chance gives to models that share their SFT scores, intervals, and the two shares that the cosine mixes.
 *
 * @param sft      accuracies of the model that all others were trained from
 * @param experts  accuracies of the experts
 * @param models   accuracies of the models in question, by name
 * @throws RangeError no expert, no item or seed, matrices of different shapes, or `against` names none of the models
 * @example
 * const [sft, expert, ties] = [[[0], [0], [0]], [[1], [1], [1]], [[1], [1], [0.5]]]; // accuracy[item][seed]
 * gainConsistency(sft, [expert], { ties }).models.ties.cosine.mean // 0.962…
 */
export function gainConsistency(
  sft: Accuracies,
  experts: readonly Accuracies[],
  models: Readonly<Record<string, Accuracies>>,
  { against, ...options }: GainConsistencyOptions = {},
): GainConsistency {
  if (against !== undefined && !Object.hasOwn(models, against))
    throw new RangeError(
      `gainConsistency: against must be one of ${Object.keys(models).join(", ")}, got ${JSON.stringify(against)}`,
    );
  const start = perSeed("sft", sft);
  const expertGains = experts.map((each, e) =>
    gainsOver(start, `experts[${e}]`, each),
  );
  const unions = start.map((_, s) => unionGain(expertGains.map((g) => g[s]!)));
  const gains = new Map(
    Object.entries(models).map(([name, each]) => [
      name,
      gainsOver(start, name, each),
    ]),
  );
  const setting = settingOf(start, unions, options);
  const measurable = (name: string): Vectors | null =>
    enough(unions) && enough(gains.get(name)!) ? gains.get(name)! : null;
  const describe = (name: string): ModelConsistency | null => {
    const own = measurable(name);
    const isOther = against !== undefined && name !== against;
    return (
      own &&
      modelConsistency(own, isOther ? measurable(against) : null, setting)
    );
  };
  const pairs = unions.flatMap((a, s) =>
    unions.slice(s + 1).map((b) => gainCosine(a, b)),
  );
  return {
    gained: mean(unions.map((u) => u.filter((g) => g > 0).length)),
    retrained: pairs.length > 0 && enough(unions) ? mean(pairs) : null,
    models: Object.fromEntries(
      [...gains.keys()].map((name) => [name, describe(name)]),
    ),
  };
}
