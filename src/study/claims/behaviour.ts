/** The numbers on behaviour (§3.4–3.6) as measurements of the ledger, with what they rest on. */
import type { Domain } from "../../domains/index.js";
import { benchmarkSpec } from "../../evaluate/index.js";
import { STATED, type ClaimRow } from "../claimRow.js";
import type { ClaimData } from "./data.js";
import { REASONING } from "./interference.js";
import type { Measured, Measurements } from "./measured.js";

/** Domains that a claim on judging speaks of; where not all are judged, its number is of those that are. */
const SPOKEN_OF: Readonly<Record<string, readonly Domain[]>> = {
  "process-better-in-reasoning": REASONING,
  "training-sharpens-judging": [...REASONING, "instruction"],
};

function toMeasured(
  { claim, value, low, high, why }: ClaimRow,
  judged: readonly Domain[],
): Measured {
  if (value === null) return { missing: why ?? "it was not measured" };
  const absent = (SPOKEN_OF[claim] ?? []).filter(
    (domain) => !judged.includes(domain),
  );
  return {
    value,
    interval: low === null || high === null ? null : [low, high],
    ...(absent.length > 0 && {
      note: `answers of ${absent.join(", ")} are not judged here`,
    }),
  };
}

/** Numbers of the findings on neighbourhoods, inherited skills and judging, as the ledger states them. */
export function behaviourMeasurements({
  behaviour,
  judged,
}: Pick<ClaimData, "behaviour" | "judged">): Measurements {
  const domains = judged.map((name) => benchmarkSpec(name).domain);
  return Object.fromEntries(
    behaviour
      .filter(({ measure }) => measure === STATED)
      .map((row) => [row.claim, toMeasured(row, domains)]),
  );
}
