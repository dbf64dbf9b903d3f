/** The stage behind Table 5 and Figure 3: what the experts of all seeds changed in the weights. */
import { weightShiftRows, type ShiftModels } from "../../analysis/index.js";
import type { Domain } from "../../domains/index.js";
import { storedName } from "../weights.js";
import { writeRows } from "../writeRows.js";
import type { Job, Report, Result } from "./job.js";
import { inputPath, outputPath } from "./paths.js";

/** Write the rows about weights of all seeds, those of experts that were trained in bfloat16 among them. */
export async function weightShiftStage(
  job: Job,
  report: Report,
): Promise<Result> {
  const { domains, seeds, stored, rate } = job.stage.spec as unknown as {
    domains: Domain[];
    seeds: number[];
    stored: number[];
    rate: number;
  };
  const models = (
    of: readonly number[],
    name: (domain: Domain) => string,
  ): ShiftModels[] =>
    of.map((seed) => ({
      base: inputPath(job, `seed${seed}/sft`),
      experts: Object.fromEntries(
        domains.map((domain) => [
          domain,
          inputPath(job, `seed${seed}/${name(domain)}`),
        ]),
      ),
    }));
  const rows = weightShiftRows({
    models: models(seeds, (domain) => domain),
    stored: models(stored, storedName),
    rate,
    onProgress: report,
  });
  writeRows(outputPath(job), rows);
  return { facts: { rows: rows.length } };
}
