/** Measure `judging`: models as judges of their own answers (Table 7), or of one pool of answers that is the same for all. */
import {
  BENCHMARK_NAMES,
  benchmarkSpec,
  judgeableBenchmarks,
  judgePool,
  reviewableBenchmarks,
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
import {
  modelNamed,
  type MeasureEntry,
  type Ref,
  type StudySpec,
} from "../../graph/model.js";
import { addWork, lineStage, times } from "../../graph/stage.js";
import { JUDGEMENT, SAMPLE } from "../../graph/work.js";
import {
  judgingRows,
  type JudgeSource,
  type JudgingLine,
  type JudgingRow,
} from "../../rows/judging.js";
import {
  balanced,
  poolRows,
  type PoolJudgingLine,
  type PoolSource,
} from "../../rows/behaviour/judgingPool.js";
import { inPoints } from "../../rows/interval.js";
import type { ModelScores } from "../../rows/modelScores.js";
import type { Results } from "../../rows/results.js";
import type { Facts, Job, Report } from "../../run/job.js";
import { writeLines } from "../../run/jsonLines.js";
import { inputPath, outputPath } from "../../run/paths.js";
import {
  checked,
  choice,
  list,
  manyModels,
  object,
  optional,
  text,
} from "../../spec/field.js";
import { NAME, positive } from "../../spec/values.js";
import { averageOverSeeds } from "../../../stats/index.js";
import { NOTHING, type Measure } from "../measure.js";
import { scoresBehind, type FoundScores } from "../scoredBy.js";

/** Options of `judging`. */
export interface JudgingOptions {
  models: Ref[];
  /** Benchmarks whose answers can be judged. */
  benchmarks: BenchmarkName[];
  items: number;
  /** Answers per item, each judged once in each mode. */
  answers: number;
  /** Whose answers are judged: the model's own (default), or those of one balanced pool. */
  pool?: Pool;
  /**
   * Of a common pool, whose answers are right half of the time whoever judges them: name of the measure that scores the judges on the
   * same benchmarks. Its main temperature counts.
   */
  generation?: string;
}

/** Whose answers a judge sees. */
type Pool = "own" | "common";

type JudgingSpec = Omit<JudgingOptions, "models" | "generation"> & {
  seed: number;
};

const IDS = [
  "outcome-rises",
  "process-falls",
  "process-better-in-reasoning",
  "outcome-better-in-instruction",
  "training-sharpens-judging",
  "agent-best-process-judge",
  "mixed-collapses",
  "merge-best-outcome-judge",
  "instruction-hurts-process",
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

function poolSourcesOf(
  { name, options }: MeasureEntry<JudgingOptions>,
  results: Results,
): PoolSource[] {
  return options.models.map(({ model }) => ({
    model,
    role: modelNamed(results.study, model).role,
    lines: results.ofSeeds<PoolJudgingLine>(`${name}/${model}.jsonl`),
  }));
}

/** Where the judges' own scores lie; null where the study does not say. */
function scoresOfJudges(
  { name, options }: MeasureEntry<JudgingOptions>,
  study: StudySpec,
): FoundScores | null {
  const { generation, models, benchmarks } = options;
  if (generation === undefined) return null;
  if (
    !study.measures.some(
      (each) => each.name === generation && each.by === "scores",
    )
  )
    throw new RangeError(
      `measures.${name}.generation must name a measure of scores, got ${generation}`,
    );
  const found = scoresBehind(
    { name, by: "judging", options: { scores: generation } },
    models,
    study,
  );
  const missing = benchmarks.find((each) => !found.benchmarks.includes(each));
  if (missing !== undefined)
    throw new RangeError(
      `measures.${name}.benchmarks must be scored by ${generation}, got ${missing}`,
    );
  return found;
}

/** Scores of a judge, scores[benchmark][item][seed]; null where the study does not say. */
function judgeScores(
  entry: MeasureEntry<JudgingOptions>,
  results: Results,
  model: string,
): ModelScores | null {
  const found = scoresOfJudges(entry, results.study);
  const ref = entry.options.models.find((each) => each.model === model)!;
  return found && results.scores(ref, entry.options.benchmarks, found.place);
}

/** How well a judge solves tasks itself. */
function generationOf(
  entry: MeasureEntry<JudgingOptions>,
  results: Results,
  { model }: Pick<JudgeSource, "model">,
): Pick<JudgeSource, "generation"> {
  const scores = judgeScores(entry, results, model);
  if (scores === null) return {};
  return { generation: averageOverSeeds([...scores.values()]).mean };
}

/** Rows of a pool with the judges' own scores in the place of the pool's. */
function withGeneration(
  entry: MeasureEntry<JudgingOptions>,
  results: Results,
  rows: readonly JudgingRow[],
): JudgingRow[] {
  return rows.map((row) => {
    const scores = judgeScores(entry, results, row.model);
    if (scores === null) return row;
    const { benchmark } = row;
    const used =
      benchmark === "average" ? [...scores.values()] : [scores.get(benchmark)!];
    return { ...row, generation: inPoints(averageOverSeeds(used)) };
  });
}

function isCommon({ options }: Pick<MeasureEntry<JudgingOptions>, "options">) {
  return options.pool === "common";
}

/** The benchmarks that a pool allows, and how many answers. */
function poolRule({
  benchmarks,
  answers,
  pool = "own",
  generation,
}: JudgingOptions): { key: string; text: string } | null {
  const known =
    pool === "common" ? reviewableBenchmarks() : judgeableBenchmarks();
  const other = benchmarks.find((name) => !known.includes(name));
  if (other !== undefined)
    return {
      key: "benchmarks",
      text: `must be benchmarks whose answers can be judged with pool ${pool} (${known.join(", ")}), got ${other}`,
    };
  if (generation !== undefined && pool === "own")
    return {
      key: "generation",
      text: `must be left out where models judge their own answers, got ${generation}`,
    };
  return pool === "common" && answers % 2 !== 0
    ? {
        key: "answers",
        text: `must be even with pool common: half are right, got ${answers}`,
      }
    : null;
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

/** Let one model judge: its own answers, or those of the pool. */
async function answerAndJudge(
  job: Job<JudgingSpec>,
  report: Report,
): Promise<Facts> {
  const { benchmarks, pool, ...sampling } = job.stage.spec;
  const { policy, tokenizer } = loadPolicy(inputPath(job, "model"));
  const lines: (JudgingLine | PoolJudgingLine)[] = [];
  for (const [i, name] of benchmarks.entries()) {
    const judged =
      pool === "common"
        ? judgePool(policy, tokenizer, name, sampling)
        : selfVerify(policy, tokenizer, name, sampling);
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
  about:
    "models as judges, by outcome and by process, of own answers or a pool",
  version: 1,
  options: checked(
    object<JudgingOptions>({
      models: manyModels,
      benchmarks: list(choice(BENCHMARK_NAMES), 1),
      items: positive,
      answers: positive,
      pool: optional(choice<Pool>(["own", "common"])),
      generation: optional(text(NAME, "the name of a measure")),
    }),
    poolRule,
  ),
  rowFiles: ["judging"],
  claimIds: IDS,
  uses: ({ generation }) => (generation === undefined ? [] : ["scores"]),
  reads: ({ models }) => models,
  stages(entry, place, study) {
    const { name, options } = entry;
    const { models, generation: _, ...sampling } = options;
    scoresOfJudges(entry, study);
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
    judging: isCommon(entry)
      ? withGeneration(entry, results, poolRows(poolSourcesOf(entry, results)))
      : judgingRows(sourcesOf(entry, results)),
  }),
  claims(entry, results, paper) {
    const sources = isCommon(entry)
      ? poolSourcesOf(entry, results)
          .map(balanced)
          .map((source) => ({
            ...source,
            ...generationOf(entry, results, source),
          }))
      : sourcesOf(entry, results);
    const judges = sources.map((source) => ({
      ...source,
      model: paperName(paper, source.model),
    }));
    const rows = judgeClaims(judges).map((row) =>
      withNote(row, entry.options.benchmarks),
    );
    // The paper's judges see their own answers: where a study has both, the pool is a control.
    const hasOwn = results.study.measures.some(
      ({ by, options }) =>
        by === entry.by && !isCommon({ options: options as JudgingOptions }),
    );
    return isCommon(entry) && hasOwn
      ? rows.map((row) => ({
          ...row,
          measure:
            row.measure === STATED
              ? "on a common pool"
              : `${row.measure}, on a common pool`,
        }))
      : rows;
  },
};
