/** Does the work of any stage: the section behind its kind is looked up, and nothing here knows one by name. */
import { join } from "node:path";
import { paperModels } from "../measures/claims.js";
import { measure } from "../measures/index.js";
import {
  operationOrNull,
  rowFile,
  ROWS_KIND,
  type RowsSpec,
} from "../graph/plan.js";
import { Results } from "../rows/results.js";
import type { Facts, Job, Report } from "./job.js";
import { writeLines } from "./jsonLines.js";
import { writeRows } from "./writeRows.js";

/** Whether a stage hears a signal to stop itself and keeps its last step. */
export function stopsItself(kind: string): boolean {
  return operationOrNull(kind) !== null;
}

/** Do a stage. */
export function runSection(
  job: Job,
  report: Report,
  signal: AbortSignal,
): Promise<Facts> {
  const { kind } = job.stage;
  if (kind === ROWS_KIND) return makeRows(job as Job<RowsSpec>, report);
  const made = operationOrNull(kind);
  return made
    ? made.run(job, report, signal)
    : measure(kind).run(job, report, signal);
}

/** Write the row files of a measure, and the numbers of the claims that it decides. */
function makeRows(
  { stage, study, studyFolder, runFolder }: Job<RowsSpec>,
  report: Report,
): Promise<Facts> {
  const entry = stage.spec.measure;
  const own = measure(entry.by);
  const results = new Results(study, studyFolder, runFolder);
  const rows = own.rows(entry, results);
  for (const file of own.rowFiles)
    writeRows(
      join(runFolder, `analysis/${rowFile(entry, file)}.json`),
      rows[file]!,
    );
  const paper = own.claimIds.length > 0 ? paperModels(study) : null;
  if (paper !== null)
    writeLines(
      join(runFolder, stage.outputs.at(-1)!),
      own.claims(entry, results, paper),
    );
  report({ done: 1, total: 1 });
  return Promise.resolve({});
}
