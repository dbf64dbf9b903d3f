/** What the compute frontier decides: mixing against merging at equal cost of everything that was trained. */
import type { FrontierRow } from "../rows/frontier.js";
import { estimated, missing, type ClaimNumber } from "./claimRow.js";

/** Claims that `frontierClaims` decides. */
export const FRONTIER = ["mixing-at-equal-cost"] as const;

/**
 * Numbers of the claims on equal cost; the reference of the frontier is the mixed run.
 *
 * @param ties  the paper's merge; null where the study names none
 */
export function frontierClaims(
  rows: readonly FrontierRow[],
  ties: string | null,
): Record<(typeof FRONTIER)[number], ClaimNumber> {
  const found = rows.find(
    ({ model, accounting, unit, verdict }) =>
      model === ties &&
      accounting === "scratch" &&
      unit === "flops" &&
      verdict !== null,
  );
  return {
    "mixing-at-equal-cost":
      found?.difference == null
        ? missing("no road of the frontier holds the paper's TIES merge")
        : found.at !== "between"
          ? missing(
              `the mixed run has no budget as ${found.at === "smallest" ? "small" : "large"} as the merge's`,
            )
          : estimated(found.difference),
  };
}
