/** Measure `judging`: models as judges of their own answers (Table 7). */
import {
  benchmarkSpec,
  judgeableBenchmarks,
  selfVerify,
  type BenchmarkName,
} from "../../../evaluate/index.js";
import { breathe } from "../../../io/index.js";
import { loadPolicy } from "../../../model/index.js";
import type { Domain } from "../../../domains/index.js";
import { STATED, type ClaimRow } from "../../claims/claimRow.js";
import { REASONING } from "../../claims/interference.js";
import { judgeClaims } from "../../claims/judging.js";
import { paperName } from "../../claims/paperModels.js";
import { modelNamed, type MeasureEntry, type Ref } from "../../graph/model.js";
import { addWork, lineStage, times } from "../../graph/stage.js";
import { JUDGEMENT, SAMPLE } from "../../graph/work.js";
import {
  judgingRows,
  type JudgeSource,
  type JudgingLine,
  type JudgingRow,
} from "../../rows/judging.js";
import type { Results } from "../../rows/results.js";
import type { Facts, Job, Report } from "../../run/job.js";
import { writeLines } from "../../run/jsonLines.js";
import { inputPath, outputPath } from "../../run/paths.js";
import { choice, list, manyModels, object } from "../../spec/field.js";
import { positive } from "../../spec/values.js";
import { NOTHING, type Measure } from "../measure.js";

/** Options of `judging`. */
export interface JudgingOptions {
  models: Ref[];
  /** Benchmarks whose answers can be judged. */
  benchmarks: BenchmarkName[];
  items: number;
  /** Answers per item, each judged once in each mode. */
  answers: number;
}

type JudgingSpec = Omit<JudgingOptions, "models"> & { seed: number };

const IDS = [
  "outcome-rises",
  "process-falls",
  "process-better-in-reasoning",
  "outcome-better-in-instruction",
  "training-sharpens-judging",
  "agent-best-process-judge",
  "mixed-collapses",
  "merge-keeps-process",
  "distillation-keeps-process",
] as const;

/** Domains that a claim on judging speaks of; where not all are judged, its number is of those that are. */
const SPOKEN_OF: Readonly<Record<string, readonly Domain[]>> = {
  "process-better-in-reasoning": REASONING,
  "training-sharpens-judging": [...REASONING, "instruction"],
};

function sourcesOf(
  { name, options }: MeasureEntry<JudgingOptions>,
  results: Results,
): JudgeSource[] {
  return options.models.map(({ model }) => ({
    model,
    role: modelNamed(results.study, model).role,
    lines: results.ofSeeds<JudgingLine>(`${name}/${model}.jsonl`),
  }));
}

/** A claim's row, with the domains that it speaks of and that are not judged. */
export function withNote(
  row: ClaimRow,
  benchmarks: readonly BenchmarkName[],
): ClaimRow {
  const judged = benchmarks.map((name) => benchmarkSpec(name).domain);
  const absent = (SPOKEN_OF[row.claim] ?? []).filter(
    (domain) => !judged.includes(domain),
  );
  return row.value === null || row.measure !== STATED || absent.length === 0
    ? row
    : { ...row, note: `answers of ${absent.join(", ")} are not judged here` };
}

/** Let one model answer and judge its own answers. */
async function answerAndJudge(
  job: Job<JudgingSpec>,
  report: Report,
): Promise<Facts> {
  const { benchmarks, ...sampling } = job.stage.spec;
  const { policy, tokenizer } = loadPolicy(inputPath(job, "model"));
  const lines: JudgingLine[] = [];
  for (const [i, name] of benchmarks.entries()) {
    const judged = selfVerify(policy, tokenizer, name, sampling);
    lines.push(...judged.map((answer) => ({ benchmark: name, ...answer })));
    report({ done: i + 1, total: benchmarks.length });
    await breathe();
  }
  policy.dispose();
  writeLines(outputPath(job), lines);
  return {};
}

/** The measure. */
export const judging: Measure<JudgingOptions, { judging: JudgingRow }> = {
  ...NOTHING,
  key: "judging",
  about: "models as judges of their own answers, by outcome and by process",
  version: 1,
  options: object<JudgingOptions>({
    models: manyModels,
    benchmarks: list(choice(judgeableBenchmarks()), 1),
    items: positive,
    answers: positive,
  }),
  rowFiles: ["judging"],
  claimIds: IDS,
  reads: ({ models }) => models,
  stages({ name, options: { models, ...sampling } }, place) {
    const { seed } = place;
    const { benchmarks, items, answers } = sampling;
    return models.map((ref) =>
      lineStage("judging", seed, `${name}/${ref.model}`, {
        model: ref.model,
        spec: { seed, ...sampling },
        inputs: { model: place.input(ref) },
        work: times(
          benchmarks.length * items * answers,
          addWork(SAMPLE, times(2, JUDGEMENT)),
        ),
      }),
    );
  },
  run: (job: Job<JudgingSpec>, report) => answerAndJudge(job, report),
  rows: (entry, results) => ({
    judging: judgingRows(sourcesOf(entry, results)),
  }),
  claims(entry, results, paper) {
    const judges = sourcesOf(entry, results).map((source) => ({
      ...source,
      model: paperName(paper, source.model),
    }));
    return judgeClaims(judges).map((row) =>
      withNote(row, entry.options.benchmarks),
    );
  },
};
