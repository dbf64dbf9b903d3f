/** Findings on weights (§3.3): do experts change the same weights, more than chance and more than shuffled, and in one direction? */
import { crossedBootstrap, draws } from "../../analysis/index.js";
import { averageOverSeeds, mean } from "../../stats/index.js";
import type { MatrixOverlap, Overlaps } from "../rows/overlaps.js";
import { REASONING } from "./interference.js";
import {
  estimated,
  estimatedOr,
  missing,
  type ClaimNumber,
} from "./claimRow.js";

/** Claims that `weightClaims` decides. */
export const WEIGHTS = [
  "overlap-above-shuffled",
  "changed-share",
  "cosine-positive",
  "cosine-positive-each",
  "cosine-higher-in-reasoning",
] as const;

/** Numbers of "overlap far above chance" and "task vectors point in similar directions". */
export function weightClaims(
  overlaps: Overlaps,
): Record<(typeof WEIGHTS)[number], ClaimNumber> {
  const note = `weights count as changed from a relative change of ${[...new Set(overlaps.etas)].join(" or ")} on`;
  const noted = (found: ClaimNumber): ClaimNumber =>
    found.value === null ? found : { ...found, note };
  const table = new OverlapTable(overlaps);
  return {
    "overlap-above-shuffled": noted(
      table.overPairs((cells) =>
        mean(cells.map(({ jaccard, shuffled }) => jaccard - shuffled)),
      ),
    ),
    "changed-share": changedShare(overlaps),
    "cosine-positive": noted(table.overPairs(meanCosine)),
    "cosine-positive-each": noted(
      table.overMatrices((cosineOf) =>
        Math.min(...table.pairs.map((pair) => cosineOf([pair]))),
      ),
    ),
    "cosine-higher-in-reasoning": noted(table.reasoningLead()),
  };
}

/** Over experts and seeds, each with its share. */
function changedShare({ changed, etas }: Overlaps): ClaimNumber {
  const experts = changed.length / etas.length;
  const bySeed = etas.map((_, s) =>
    changed.slice(s * experts, (s + 1) * experts),
  );
  const shares = bySeed[0]!.map((_, e) => bySeed.map((own) => own[e]!));
  return estimated(averageOverSeeds([shares], { kind: "difference" }), 100);
}

function meanCosine(cells: readonly MatrixOverlap[]): number {
  const known = cells.flatMap(({ overlapCosine }) =>
    overlapCosine === null ? [] : [overlapCosine],
  );
  return known.length === 0 ? NaN : mean(known);
}

type Pair = readonly [a: string, b: string];

/** All overlaps of a study as cells of pair × matrix × seed. */
class OverlapTable {
  readonly pairs: readonly Pair[];
  private readonly matrices: readonly string[];
  private readonly seeds: readonly number[];
  private readonly cells = new Map<string, MatrixOverlap>();

  constructor({ matrices }: Overlaps) {
    const key = ({ layer, kind }: MatrixOverlap): string => `${layer}/${kind}`;
    this.matrices = [...new Set(matrices.map(key))];
    this.seeds = [...new Set(matrices.map(({ seed }) => seed))];
    const names = new Map<string, Pair>();
    for (const cell of matrices) {
      names.set(`${cell.a} ${cell.b}`, [cell.a, cell.b]);
      this.cells.set(`${cell.a} ${cell.b} ${cell.seed} ${key(cell)}`, cell);
    }
    this.pairs = [...names.values()];
  }

  private cell([a, b]: Pair, s: number, m: number): MatrixOverlap {
    return this.cells.get(`${a} ${b} ${this.seeds[s]!} ${this.matrices[m]!}`)!;
  }

  /** Mean over pairs and seeds of a number of one pair's matrices, with its interval over pairs and seeds. */
  overPairs(of: (cells: readonly MatrixOverlap[]) => number): ClaimNumber {
    const values = this.pairs.map((pair) =>
      this.seeds.map((_, s) =>
        of(this.matrices.map((__, m) => this.cell(pair, s, m))),
      ),
    );
    if (!values.flat().every(Number.isFinite))
      return missing("two experts changed no weight in common");
    return estimated(averageOverSeeds([values], { kind: "difference" }));
  }

  /** A statistic of mean cosines of pairs, with its bootstrap interval over matrices and seeds. */
  overMatrices(
    statistic: (cosineOf: (pairs: readonly Pair[]) => number) => number,
  ): ClaimNumber {
    const drawn = draws({
      seeds: this.seeds.length,
      items: [this.matrices.length],
    });
    return estimatedOr(
      crossedBootstrap(
        ({ seeds, items }) =>
          statistic((pairs) =>
            mean(
              pairs.map((pair) =>
                meanCosine(
                  seeds.flatMap((s) =>
                    items[0]!.map((m) => this.cell(pair, s, m)),
                  ),
                ),
              ),
            ),
          ),
        drawn,
      ),
      "two experts changed no weight in common",
    );
  }

  /** Mean cosine of two reasoning domains − that of a reasoning domain with another one. */
  reasoningLead(): ClaimNumber {
    const isReasoning = (name: string): boolean =>
      (REASONING as readonly string[]).includes(name);
    const count = ([a, b]: Pair): number => [a, b].filter(isReasoning).length;
    const inside = this.pairs.filter((pair) => count(pair) === 2);
    const across = this.pairs.filter((pair) => count(pair) === 1);
    return inside.length === 0 || across.length === 0
      ? missing("the study lacks reasoning domains or others")
      : this.overMatrices((cosineOf) => cosineOf(inside) - cosineOf(across));
  }
}
