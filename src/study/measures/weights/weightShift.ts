/** Measure `weightShift`: what the experts of all seeds changed in the weights (Table 5, Figure 3). */
import { weightShiftRows, type ShiftModels } from "../../../analysis/index.js";
import type { Domain } from "../../../domains/index.js";
import type { MeasureEntry, Ref, StudySpec } from "../../graph/model.js";
import {
  times,
  type Input,
  type Place,
  type Stage,
} from "../../graph/stage.js";
import { WEIGHTS } from "../../graph/work.js";
import type { Facts, Job, Report } from "../../run/job.js";
import { inputPath, outputPath } from "../../run/paths.js";
import { writeRows } from "../../run/writeRows.js";
import { manyModels, object, oneModel, optional } from "../../spec/field.js";
import { rate } from "../../spec/values.js";
import { byDomain } from "../experts.js";
import { NOTHING, type Measure } from "../measure.js";

/** Options of `weightShift`. */
export interface WeightShiftOptions {
  /** Model that training started from. */
  anchor: Ref;
  experts: Ref[];
  /** The same experts with their weights kept in bfloat16. */
  stored?: Ref[];
  /** Share of the weights that count as changed in a second set of rows. Paper: 0.3. */
  rate: number;
}

interface WeightShiftSpec {
  domains: Domain[];
  seeds: number[];
  /** Seeds with experts in bfloat16: all, or none. */
  stored: number[];
  rate: number;
}

function storedName(domain: Domain): string {
  return `${domain}-bf16`;
}

function stageOf(
  { name, options }: MeasureEntry<WeightShiftOptions>,
  places: readonly Place[],
  study: StudySpec,
): Stage<WeightShiftSpec> {
  const at = `measures.${name}`;
  const experts = byDomain(options.experts, study, `${at}.experts`);
  const stored = byDomain(options.stored ?? [], study, `${at}.stored`);
  if (experts.size < 2)
    throw new RangeError(
      `${at}.experts must be at least 2, got ${experts.size}`,
    );
  const seeds = places.map(({ seed }) => seed);
  const inputs = places.flatMap((place): [string, Input][] => [
    [`seed${place.seed}/sft`, place.input(options.anchor)],
    ...[...experts].map(([domain, ref]): [string, Input] => [
      `seed${place.seed}/${domain}`,
      place.input(ref),
    ]),
    ...[...stored].map(([domain, ref]): [string, Input] => [
      `seed${place.seed}/${storedName(domain)}`,
      place.input(ref),
    ]),
  ]);
  return {
    id: name,
    kind: "weightShift",
    seed: 0,
    model: "",
    spec: {
      domains: [...experts.keys()],
      seeds,
      stored: stored.size > 0 ? seeds : [],
      rate: options.rate,
    },
    inputs: Object.fromEntries(inputs),
    outputs: [`analysis/${name}.json`],
    work: times(seeds.length * (stored.size > 0 ? 2 : 1), WEIGHTS),
  };
}

/** Write the rows about weights of all seeds, those of experts that were trained in bfloat16 among them. */
async function writeShift(
  job: Job<WeightShiftSpec>,
  report: Report,
): Promise<Facts> {
  const { domains, seeds, stored, rate: own } = job.stage.spec;
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
    rate: own,
    onProgress: report,
  });
  writeRows(outputPath(job), rows);
  return { rows: rows.length };
}

/** The measure; its one stage reads weights and writes the rows itself (`analysis.readWeightShiftRows`). */
export const weightShift: Measure<WeightShiftOptions, Record<never, object>> = {
  ...NOTHING,
  key: "weightShift",
  about: "sizes, overlaps, cosines and spectra of what training changed",
  version: 1,
  options: object<WeightShiftOptions>({
    anchor: oneModel,
    experts: manyModels,
    stored: optional(manyModels),
    rate,
  }),
  rowFiles: [],
  reads: ({ anchor, experts, stored = [] }) => [anchor, ...experts, ...stored],
  stagesOfAll: (entry, places, study) => [stageOf(entry, places, study)],
  run: (job: Job<WeightShiftSpec>, report) => writeShift(job, report),
  rows: () => ({}),
};
