/** What every measure of a study is: what it reads of some models, the rows it writes and the claims it decides. */
import type { ClaimRow } from "../claims/claimRow.js";
import type { PaperModels } from "../claims/paperModels.js";
import type { MeasureEntry, Ref, StudySpec } from "../graph/model.js";
import type { Place, Stage } from "../graph/stage.js";
import type { Facts, Job, Report } from "../run/job.js";
import type { Results } from "../rows/results.js";
import type { Field } from "../spec/field.js";

/** One way to measure models; the list of all is `MEASURES`. */
export interface Measure<
  Options extends object = object,
  Rows extends object = Record<string, object>,
> {
  /** Its name in a study file. */
  readonly key: string;
  /** What it measures, in one line for people. */
  readonly about: string;
  /** Raised by hand when its code changes what it writes, and not for changes that keep results. */
  readonly version: number;
  readonly options: Field<Options>;
  /** Names of its row files. */
  readonly rowFiles: readonly (keyof Rows & string)[];
  /** Claims of the paper that it decides. */
  readonly claimIds: readonly string[];
  /** Keys of the other measures whose lines its rows are made from too. */
  uses(options: Options): readonly string[];
  /** Every model and checkpoint that it reads. */
  reads(options: Options, study: StudySpec): Ref[];
  /** Models whose training logs its rows are made from. */
  logs(options: Options, study: StudySpec): string[];
  /** Its stages for one seed; what they write ends in ".jsonl" where rows are made from it. */
  stages(entry: MeasureEntry<Options>, place: Place, study: StudySpec): Stage[];
  /** Its stages over all seeds; nearly always none. */
  stagesOfAll?(
    entry: MeasureEntry<Options>,
    places: readonly Place[],
    study: StudySpec,
  ): Stage[];
  /** Do one of its stages. */
  run(job: Job, report: Report, signal: AbortSignal): Promise<Facts>;
  /** The rows of each of its files. */
  rows(
    entry: MeasureEntry<Options>,
    results: Results,
  ): { [Name in keyof Rows]: Rows[Name][] };
  /** The numbers that decide its claims. */
  claims(
    entry: MeasureEntry<Options>,
    results: Results,
    paper: PaperModels,
  ): ClaimRow[];
}

/** Parts of a measure that most do not need. */
export const NOTHING: {
  claimIds: readonly string[];
  uses: () => readonly string[];
  logs: () => string[];
  stages: () => Stage[];
  claims: () => ClaimRow[];
  run: () => Promise<Facts>;
} = {
  claimIds: [],
  uses: () => [],
  logs: () => [],
  stages: () => [],
  claims: () => [],
  run: () => Promise.reject(new Error("internal: the measure has no stages")),
};
