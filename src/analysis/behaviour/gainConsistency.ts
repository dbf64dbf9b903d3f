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

/** What all models of one benchmark share. */
interface Setting {
  /** SFT's accuracies, a vector a seed. */
  start: readonly (readonly number[])[];
  unions: readonly (readonly number[])[];
  /** Random deals over all items, and inside groups of equal SFT accuracy: deals[deal][seed]. */
  freely: readonly (readonly (readonly number[])[])[];
  withinSft: readonly (readonly (readonly number[])[])[];
  drawn: Draws;
}

/** One model, and its distance to another; each a gain vector a seed. */
function modelConsistency(
  gains: readonly (readonly number[])[],
  other: readonly (readonly number[])[] | null,
  { start, unions, freely, withinSft, drawn }: Setting,
): ModelConsistency | null {
  const cosineOf = (vectors: typeof gains, { seeds, items }: Draw): number =>
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
    chance: chance(
      gains,
      unions,
      start.map((column) => column.map(() => 0)),
      freely,
    ),
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
 * gainConsistency(sft, [math, coding], { multi, ties }, { against: "multi" }).models.ties.cosine.mean
 */
export function gainConsistency(
  sft: Accuracies,
  experts: readonly Accuracies[],
  models: Readonly<Record<string, Accuracies>>,
  {
    against,
    resamples = 1000,
    permutations = 500,
    seed = 0,
  }: GainConsistencyOptions = {},
): GainConsistency {
  if (against !== undefined && !Object.hasOwn(models, against))
    throw new RangeError(
      `gainConsistency: against must be one of ${Object.keys(models).join(", ")}, got ${JSON.stringify(against)}`,
    );
  const start = perSeed("sft", sft);
  const gainsOf = (name: string, accuracy: Accuracies): number[][] => {
    const columns = perSeed(name, accuracy);
    if (columns.length !== start.length)
      throw new RangeError(
        `gainConsistency: ${name} must have ${start.length} seeds as sft has, got ${columns.length}`,
      );
    return columns.map((column, s) => gainVector(column, start[s]!));
  };
  const expertGains = experts.map((each, e) => gainsOf(`experts[${e}]`, each));
  const unions = start.map((_, s) => unionGain(expertGains.map((g) => g[s]!)));
  const gains = Object.fromEntries(
    Object.entries(models).map(([name, each]) => [name, gainsOf(name, each)]),
  );

  const random = new Random(seed, "gainConsistency");
  const everywhere = start.map((column) => column.map(() => 0));
  const dealsOf = (groups: readonly (readonly number[])[]): number[][][] =>
    Array.from({ length: permutations }, () =>
      groups.map((each) => deal(each, random)),
    );
  const freely = dealsOf(everywhere);
  const withinSft = dealsOf(start);
  const drawn = draws({ seeds: start.length, items: [sft.length], resamples });

  const setting: Setting = { start, unions, freely, withinSft, drawn };
  const enough = (vectors: readonly (readonly number[])[]): boolean =>
    vectors.every((v) => v.filter((g) => g > 0).length >= FEWEST_GAINS);
  const measurable = (name: string): boolean =>
    enough(unions) && enough(gains[name]!);
  const describe = (name: string): ModelConsistency | null => {
    if (!measurable(name)) return null;
    const other =
      against !== undefined && name !== against && measurable(against);
    return modelConsistency(
      gains[name]!,
      other ? gains[against]! : null,
      setting,
    );
  };
  const pairs = unions.flatMap((a, s) =>
    unions.slice(s + 1).map((b) => gainCosine(a, b)),
  );
  return {
    gained: mean(unions.map((u) => u.filter((g) => g > 0).length)),
    retrained: pairs.length > 0 && enough(unions) ? mean(pairs) : null,
    models: Object.fromEntries(
      Object.keys(models).map((name) => [name, describe(name)]),
    ),
  };
}
