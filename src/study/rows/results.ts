/** What a study has written so far, as rows are made from it: item scores, lines of measures, training logs. */
import { join } from "node:path";
import {
  readRecords,
  STYLES,
  type BenchmarkName,
  type EvaluationRecord,
  type Style,
} from "../../evaluate/index.js";
import { mean } from "../../stats/index.js";
import { configFromJson, parameterShapes } from "../../model/index.js";
import { readConfiguration } from "../../checkpoint/index.js";
import {
  modelNamed,
  refText,
  type Ref,
  type StudySpec,
} from "../graph/model.js";
import { logPath } from "../graph/stage.js";
import { readLines } from "../run/jsonLines.js";
import { transpose, type ModelStyles, type Scored } from "./modelScores.js";

/** Mean reward of every item over its samples, in the order of the records. */
export function itemMeans(
  records: readonly { task: string; reward: number }[],
): number[] {
  const items = new Map<string, number[]>();
  for (const { task, reward } of records)
    items.set(task, [...(items.get(task) ?? []), reward]);
  return [...items.values()].map(mean);
}

type RecordsBy<Name extends string> = ReadonlyMap<Name, EvaluationRecord[][]>;

function scoresOf<Name extends string>(
  records: RecordsBy<Name>,
): ReadonlyMap<Name, number[][]> {
  return new Map(
    [...records].map(([name, seeds]) => [
      name,
      transpose(seeds.map(itemMeans)),
    ]),
  );
}

/** The share of answers in each style; null where a record does not say its style. */
function stylesOf(records: RecordsBy<BenchmarkName>): ModelStyles | null {
  const all = [...records.values()].flat(2);
  if (all.some(({ style }) => style === undefined)) return null;
  const shares = (seeds: EvaluationRecord[][], own: Style): number[][] =>
    transpose(
      seeds.map((each) =>
        itemMeans(
          each.map(({ task, style }) => ({
            task,
            reward: Number(style === own),
          })),
        ),
      ),
    );
  return new Map(
    [...records].map(([name, seeds]) => [
      name,
      Object.fromEntries(
        STYLES.map((style) => [style, shares(seeds, style)]),
      ) as Record<Style, number[][]>,
    ]),
  );
}

/** Path of a model's records on one benchmark. */
export function recordsPath(
  seed: number,
  measure: string,
  model: string,
  benchmark: string,
): string {
  return `seed${seed}/${measure}/${model}/${benchmark}.jsonl`;
}

/** Everything that one profile of a study has written. */
export class Results {
  /**
   * @param study        resolved for the profile
   * @param studyFolder  where the base model lies
   * @param runFolder    where everything else lies
   */
  constructor(
    readonly study: StudySpec,
    private readonly studyFolder: string,
    private readonly runFolder: string,
  ) {}

  /** Item means of a model or a checkpoint ("multi@20"), from its records: scores[benchmark][item][seed]. */
  scores<Name extends string = BenchmarkName>(
    ref: Ref,
    benchmarks: readonly Name[],
    measure = "scores",
  ): ReadonlyMap<Name, number[][]> {
    return scoresOf(this.records(ref, benchmarks, measure));
  }

  /** Records of a model by benchmark: records[benchmark][seed]. */
  records<Name extends string = BenchmarkName>(
    ref: Ref,
    benchmarks: readonly Name[],
    measure = "scores",
  ): RecordsBy<Name> {
    return new Map(
      benchmarks.map((name) => [
        name,
        this.study.seeds.map((seed) => {
          const path = recordsPath(seed, measure, refText(ref), name);
          return readRecords(join(this.runFolder, path)).records;
        }),
      ]),
    );
  }

  /** Models with their roles and scores. */
  scored(
    models: readonly Ref[],
    benchmarks: readonly BenchmarkName[],
    measure = "scores",
  ): Scored[] {
    return models.map((ref) => {
      const records = this.records(ref, benchmarks, measure);
      const styles = stylesOf(records);
      return {
        model: refText(ref),
        role: modelNamed(this.study, ref.model).role,
        scores: scoresOf(records),
        ...(styles && { styles }),
      };
    });
  }

  /** Lines of a file of one seed. */
  lines<Line>(seed: number, path: string): Line[] {
    return readLines<Line>(join(this.runFolder, `seed${seed}`, path));
  }

  /** Lines of a file of every seed. */
  ofSeeds<Line>(path: string): Line[][] {
    return this.study.seeds.map((seed) => this.lines<Line>(seed, path));
  }

  /** Training log of a model. */
  log<Metrics>(model: string, seed: number): Metrics[] {
    return readLines<Metrics>(join(this.runFolder, logPath(seed, model)));
  }

  /** Any other file of the run, one JSON value a line. */
  file<Line>(path: string): Line[] {
    return readLines<Line>(join(this.runFolder, path));
  }

  /** Parameters of the base model, and so of every model. */
  parameters(): number {
    return countParameters(join(this.studyFolder, this.study.base));
  }
}

/** Number of parameters of a model folder, by its configuration. */
export function countParameters(folder: string): number {
  const config = configFromJson(readConfiguration(folder) ?? {});
  let count = 0;
  for (const shape of parameterShapes(config).values())
    count += shape.reduce((a, b) => a * b, 1);
  return count;
}
