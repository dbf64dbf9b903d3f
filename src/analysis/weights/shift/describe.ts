/** From sums to the numbers that tables show: rates, overlaps with their baselines, cosines. */
import type { Shift } from "./combine.js";
import { enrichment, type ExpectedOverlap, STRATA } from "../magnitude.js";
import { cosine, expectedJaccard, jaccard, lift } from "../overlap.js";
import { projectionError } from "../projection.js";
import { pairsOf } from "./tally.js";
import { meanOrNull } from "../../../stats/index.js";

/** What one expert changed. */
export interface ExpertShift {
  expert: string;
  /** Entries that count as changed, and their share. */
  changed: number;
  rate: number;
  /** The share after the expert's update was shuffled inside its tensor. */
  shuffledRate: number;
  /** Entries with NaN or an infinity on either side; never counted as changed. */
  nonfinite: number;
  /** ‖τ‖ and ‖τ‖ / ‖base‖. */
  norm: number;
  relativeNorm: number;
  /** Largest |δ|. */
  largest: number;
  /** P(changed | weight among the smallest 10 %) / P(changed); null where nothing changed. */
  smallEnrichment: number | null;
}

/** What two experts changed together. */
export interface PairShift {
  a: string;
  b: string;
  /** Entries that both changed. */
  both: number;
  /** Overlap of the masks, |A ∧ B| / |A ∨ B|. */
  jaccard: number;
  /** The overlap of independent masks with the same rates: the paper's "random" row, computed. */
  random: number;
  /** The overlap if masks were independent among weights of the same size. */
  givenMagnitude: number;
  /** The overlap after each expert's update was shuffled inside its tensor. */
  shuffled: number;
  /** P(A ∧ B) / (P(A) · P(B)). */
  lift: number | null;
  /** Share of the overlap where both moved the same way; 0.5 by chance. */
  sameSign: number | null;
  /** Exact cosine of the task vectors, over all entries. */
  cosine: number | null;
  /** Exact cosine over the overlap. */
  overlapCosine: number | null;
  /** The same after the projection to 256 dimensions, as in the paper. */
  projected: number | null;
  /** Standard error that the projection adds, (1 − c²) / 16. */
  projectedError: number | null;
}

/** What all experts changed together. */
export interface JointShift {
  entries: number;
  /** Share of the entries changed by exactly 0, 1, …, M experts. */
  ways: number[];
  /** Of the entries changed by two or more: the share that some moved up and others down. */
  opposed: number | null;
  /** Share of all movement, Σ|δ|, that lies on the weaker side of its entry: what a vote on signs throws away. */
  minorityMass: number;
}

/** The curve over η, one point: means over experts and over pairs. */
export interface CurveShift {
  storage: "stored" | "bf16";
  eta: number;
  rate: number;
  /** null for a single expert, as are the next three. */
  jaccard: number | null;
  random: number | null;
  givenMagnitude: number | null;
  shuffled: number | null;
  /** Change rate of the shuffled updates: rounding can make it differ from `rate`. */
  shuffledRate: number;
}

/** What rounding to bfloat16 leaves of a change. */
export interface SurvivalShift {
  /** An expert, or the mean or sum of all. */
  change: string;
  /** Share of the moved entries that are still moved. */
  survived: number | null;
  /** ‖δ′ − δ‖ / ‖δ‖. */
  error: number | null;
}

/** Change rate by the size of the weight. */
export interface StratumShift {
  /** Middle of the stratum by rank, 0 (smallest) to 1. */
  quantile: number;
  /** Mean over experts. */
  rate: number;
}

/** Everything about a set of entries, in numbers that tables show. */
export interface Description {
  experts: ExpertShift[];
  pairs: PairShift[];
  joint: JointShift;
  curve: CurveShift[];
  strata: StratumShift[];
  survival: SurvivalShift[];
}

/**
 * Rates, overlaps, cosines and controls of a tensor or of several together.
 *
 * @param shift    a tensor's measures, or those of `combine`
 * @param experts  their names, in order
 * @param eta      the tolerance that was asked for
 * @example
 * describeShift(combine(shift.tensors), shift.experts, shift.eta).pairs
 */
export function describeShift(
  shift: Shift,
  experts: readonly string[],
  eta: number,
): Description {
  return {
    experts: expertsOf(shift, experts, eta),
    pairs: pairShifts(shift, experts, eta),
    joint: jointOf(shift),
    curve: curveOf(shift),
    strata: strataOf(shift),
    survival: Object.entries(shift.sample.survival).map(([change, sums]) => ({
      change,
      survived: sums.moved === 0 ? null : sums.survived / sums.moved,
      error:
        sums.squares === 0 ? null : Math.sqrt(sums.errorSquares / sums.squares),
    })),
  };
}

function pointAt({ sample }: Shift, eta: number): Shift["sample"]["curve"][0] {
  return sample.curve.find(
    (point) => point.storage === "stored" && point.eta === eta,
  )!;
}

function expertsOf(
  shift: Shift,
  experts: readonly string[],
  eta: number,
): ExpertShift[] {
  const { sums, sample } = shift;
  const { shuffled } = pointAt(shift, eta);
  const small = STRATA / 10;
  const sumSmall = (counts: readonly number[]): number =>
    counts.slice(0, small).reduce((sum, count) => sum + count, 0);
  return sums.experts.map((own, i) => {
    const strata = sample.strata.changed[i]!;
    return {
      expert: experts[i]!,
      changed: own.changed,
      rate: own.changed / sums.entries,
      shuffledRate: shuffled.changed[i]! / sample.entries,
      nonfinite: own.nonfinite,
      norm: Math.sqrt(own.squares),
      relativeNorm:
        sums.baseSquares === 0 ? 0 : Math.sqrt(own.squares / sums.baseSquares),
      largest: own.largest,
      smallEnrichment: enrichment(
        {
          entries: sumSmall(sample.strata.entries),
          changed: sumSmall(strata),
        },
        {
          entries: sample.entries,
          changed: strata.reduce((sum, count) => sum + count, 0),
        },
      ),
    };
  });
}

function pairShifts(
  shift: Shift,
  experts: readonly string[],
  eta: number,
): PairShift[] {
  const { sums } = shift;
  const { shuffled, given } = pointAt(shift, eta);
  return pairsOf(experts.length).map(([a, b], i) => {
    const pair = sums.pairs[i]!;
    const left = sums.experts[a]!;
    const right = sums.experts[b]!;
    const [squaresA, squaresB] = pair.overlapSquares;
    const overlapCosine = cosine(pair.overlapDot, squaresA, squaresB);
    return {
      a: experts[a]!,
      b: experts[b]!,
      both: pair.both,
      jaccard: jaccard(left.changed, right.changed, pair.both),
      random: expectedJaccard(
        left.changed / sums.entries,
        right.changed / sums.entries,
      ),
      givenMagnitude: shareOf(given[i]!),
      shuffled: jaccard(
        shuffled.changed[a]!,
        shuffled.changed[b]!,
        shuffled.both[i]!,
      ),
      lift: lift(left.changed, right.changed, pair.both, sums.entries),
      sameSign: pair.both === 0 ? null : pair.sameSign / pair.both,
      cosine: cosine(pair.dot, left.squares, right.squares),
      overlapCosine,
      projected: pair.projected,
      projectedError:
        overlapCosine === null ? null : projectionError(overlapCosine),
    };
  });
}

function shareOf({ both, either }: ExpectedOverlap): number {
  return either === 0 ? 0 : both / either;
}

function jointOf({ sums }: Shift): JointShift {
  const shared = sums.ways.slice(2).reduce((sum, count) => sum + count, 0);
  const mass = sums.experts.reduce((sum, expert) => sum + expert.mass, 0);
  return {
    entries: sums.entries,
    ways: sums.ways.map((count) => count / sums.entries),
    opposed: shared === 0 ? null : sums.opposed / shared,
    minorityMass: mass === 0 ? 0 : sums.minority / mass,
  };
}

function curveOf({ sample }: Shift): CurveShift[] {
  return sample.curve.map(({ storage, eta, real, shuffled, given }) => {
    const pairs = pairsOf(real.changed.length);
    const over = (of: (a: number, b: number, i: number) => number) =>
      meanOrNull(pairs.map(([a, b], i) => of(a, b, i)));
    return {
      storage,
      eta,
      rate: meanOrNull(real.changed.map((count) => count / sample.entries))!,
      jaccard: over((a, b, i) =>
        jaccard(real.changed[a]!, real.changed[b]!, real.both[i]!),
      ),
      random: over((a, b) =>
        expectedJaccard(
          real.changed[a]! / sample.entries,
          real.changed[b]! / sample.entries,
        ),
      ),
      givenMagnitude: over((_a, _b, i) => shareOf(given[i]!)),
      shuffled: over((a, b, i) =>
        jaccard(shuffled.changed[a]!, shuffled.changed[b]!, shuffled.both[i]!),
      ),
      shuffledRate: meanOrNull(
        shuffled.changed.map((count) => count / sample.entries),
      )!,
    };
  });
}

function strataOf({ sample: { strata } }: Shift): StratumShift[] {
  const rows: StratumShift[] = [];
  strata.entries.forEach((entries, s) => {
    // A format with few numbers leaves some strata empty.
    if (entries === 0) return;
    rows.push({
      quantile: (s + 0.5) / STRATA,
      rate: meanOrNull(strata.changed.map((counts) => counts[s]! / entries))!,
    });
  });
  return rows;
}
