/** The paper's claims with the study's verdicts and the numbers that decide them. */
import { join } from "node:path";
import { readClaims } from "../../report/claims/claims.js";
import { MEASURES, type ClaimRow, type VerdictRow } from "../../study/index.js";
import { readLines } from "../../study/run/jsonLines.js";
import type { Study } from "../../study/index.js";
import { existsSync } from "node:fs";
import { readRowFile, rowsIn } from "./describe.js";
import type { ClaimInfo } from "./types.js";

/** The file of a measure's numbers, under the run's folder. */
function fileOf(measure: string): string {
  return `claims/${measure}.jsonl`;
}

/** All claims in the paper's order; empty where the study has not judged any yet. */
export function claimsOf({ spec, runFolder }: Study): ClaimInfo[] {
  const verdicts = readRowFile(join(runFolder, "analysis/claims.json"));
  if (verdicts === null) return [];
  const found = new Map(
    (verdicts as VerdictRow[]).map((row) => [row.id, row] as const),
  );
  const deciding = spec.measures.flatMap(({ name, by }) => {
    const path = join(runFolder, fileOf(name));
    const own = Object.values(MEASURES).find(({ key }) => key === by);
    if (!own || own.claimIds.length === 0 || !existsSync(path)) return [];
    return [{ name, ids: own.claimIds, rows: rowsIn(readLines(path), path) as ClaimRow[] }];
  });
  return readClaims().flatMap((claim): ClaimInfo[] => {
    const verdict = found.get(claim.id);
    if (verdict === undefined) return [];
    const by = deciding.find(({ ids }) => ids.includes(claim.id));
    const numbers = (by?.rows ?? []).filter((row) => row.claim === claim.id);
    const { value, low, high, note, seeds, why } = verdict;
    return [
      {
        ...{ id: claim.id, finding: claim.finding, why, unit: claim.unit },
        statement: claim.statement,
        source: claim.source.join(", "),
        verdict: verdict.verdict,
        ...{ value, low, high, note, seeds },
        measure: by?.name ?? null,
        file: by === undefined ? null : fileOf(by.name),
        numbers: numbers.map((row) => ({
          ...{ measure: row.measure, value: row.value },
          ...{ low: row.low, high: row.high, note: row.note },
        })),
      },
    ];
  });
}
