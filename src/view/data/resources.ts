/** Everything that the pages ask for, by name: the same on a server and in an export. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { refText } from "../../study/graph/model.js";
import {
  placeAt,
  temperaturesOf,
} from "../../study/measures/behaviour/sampling.js";
import type { ScoresOptions } from "../../study/measures/behaviour/scores.js";
import type { TaskScoresOptions } from "../../study/measures/behaviour/taskScores.js";
import { listTasks, sampleOf, type TextOf } from "./blocks.js";
import { claimsOf } from "./claims.js";
import { parametersOf, readRowFile, studyInfo } from "./describe.js";
import { reportRows, type ReportRow } from "./weightReport.js";
import { LogIndex } from "./logIndex.js";
import {
  benchmarkInfo,
  taskFileInfo,
  type BlockPlace,
  Records,
  type RecordMeasure,
} from "./records.js";
import { openAny, type Opened } from "./opened.js";
import { scoreTable } from "./scores.js";
import type {
  Curve,
  RecordPlace,
  RunInfo,
  SampleView,
  StudyInfo,
  TaskPage,
  TaskQuery,
  WholeBlock,
} from "./types.js";

/** Row files that pages show as they are. */
export const ROW_FILES = [
  "weightShift",
  "mergeSize",
  "cost",
  "trajectories",
  "paradigms",
] as const;

/** How a study is looked at. */
export interface ResourceOptions {
  profile?: string;
  /** Whether a page follows what happens; default false. */
  isLive?: boolean;
  reports?: readonly string[];
}

/** The records of a measure `taskScores`: its files stand where others have benchmarks. */
function taskScoresMeasure(
  measure: string,
  { models, files }: TaskScoresOptions,
): RecordMeasure {
  return {
    measure,
    models: models.map(refText),
    benchmarks: Object.keys(files).map(taskFileInfo),
  };
}

/** What a question about one sample names. */
export interface SampleQuery {
  models: string[];
  task: string;
  sample: number;
}

/**
 * A study as the pages ask for it. Every answer is what the files say now; files are read again only where they changed.
 *
 * @example
 * new Resources("data/hard", { profile: "full" }).study().models.length
 */
export class Resources {
  private opened: Opened;
  private readonly logs = new Map<string, LogIndex>();
  private readonly records: Records;
  private readonly parameters: number | null;
  private readonly reports: ReportRow[];
  private file: string;

  /**
   * @param path     folder with a `study.yml`, or the file; or a folder of records
   * @param options  reports: files of `m2rl diff --json`, or a merge's provenance.json, that the page "Weights" shows too
   * @throws StudyError the study file is broken, the folder holds neither, or a report is none
   */
  constructor(
    private readonly path: string,
    private readonly options: ResourceOptions = {},
  ) {
    this.opened = openAny(path, options.profile);
    this.file = this.identity();
    const { study, recordsAt } = this.opened;
    this.records = new Records(study.runFolder, recordsAt);
    this.parameters = parametersOf(study);
    this.reports = (options.reports ?? []).flatMap(reportRows);
  }

  /** Texts that change with the study file, a note or a sign, and with what running stages write. */
  signature(): Record<"study" | "files", string> {
    this.reopen();
    return this.opened.signature();
  }

  /** The study and where it stands. */
  study(): StudyInfo {
    this.reopen();
    const { study, look, profiles } = this.opened;
    return studyInfo(study, look(), {
      isLive: this.options.isLive ?? false,
      parameters: this.parameters,
      profiles,
    });
  }

  /** The training logs that are there. */
  runs(): RunInfo[] {
    const { spec } = this.opened.study;
    return spec.seeds.flatMap((seed) =>
      spec.models.flatMap(({ name: model }): RunInfo[] => {
        const log = this.log(model, seed);
        return log === null
          ? []
          : [{ model, seed, steps: log.length, metrics: log.metrics }];
      }),
    );
  }

  /** The numbers of one training log; null where there is none. */
  curve(model: string, seed: number): Curve | null {
    const log = this.log(model, seed);
    return log === null ? null : { model, seed, ...log.curve() };
  }

  /** The measures that keep records, each at each of its temperatures. */
  measures(): RecordMeasure[] {
    const { spec } = this.opened.study;
    return spec.measures.flatMap(({ name, by, options }) => {
      if (by === "taskScores")
        return [taskScoresMeasure(name, options as TaskScoresOptions)];
      if (by !== "scores") return [];
      const own = options as ScoresOptions;
      return temperaturesOf(own).map((temperature) => ({
        measure: placeAt(name, own, temperature),
        models: own.models.map(refText),
        benchmarks: own.benchmarks.map(benchmarkInfo),
      }));
    });
  }

  /** Where completions are. */
  places(): RecordPlace[] {
    const { seeds } = this.opened.study.spec;
    return this.measures().flatMap((own): RecordPlace[] => {
      const found = seeds.filter(
        (seed) => this.records.modelsOf(own, seed).length > 0,
      );
      if (found.length === 0) return [];
      const present = new Set(
        found.flatMap((seed) => this.records.modelsOf(own, seed)),
      );
      return [
        {
          measure: own.measure,
          temperature: this.temperature(own, found[0]!),
          seeds: found,
          benchmarks: [...own.benchmarks],
          models: own.models.filter((model) => present.has(model)),
        },
      ];
    });
  }

  /** Scores of a measure, or differences with one model; null where the study has no such measure. */
  scores(
    name: string,
    against: string | null,
  ): ReturnType<typeof scoreTable> | null {
    const found = this.measures().find(({ measure: own }) => own === name);
    if (found === undefined) return null;
    const { seeds } = this.opened.study.spec;
    return scoreTable(this.records, found, seeds, against);
  }

  /** A page of tasks; null where there are no records. */
  tasks(place: BlockPlace, query: TaskQuery): TaskPage | null {
    const block = this.records.block(place, query.models);
    if (block === null) return null;
    return listTasks(block, query, this.textOf(place, block.tasks));
  }

  /** One sample of some models; null where there is none. */
  sample(place: BlockPlace, query: SampleQuery): SampleView | null {
    const block = this.records.block(place, query.models);
    if (block === null) return null;
    return sampleOf(block, query, this.textOf(place, block.tasks));
  }

  /** All records of one benchmark and seed with their texts, for an export. */
  block(place: BlockPlace): WholeBlock | null {
    const own = this.measures().find(
      ({ measure: name }) => name === place.measure,
    );
    return own === undefined ? null : this.records.whole(place, own.models);
  }

  /** A row file as it is; null where it is not made yet. */
  rows(name: string): unknown {
    if (!(ROW_FILES as readonly string[]).includes(name)) return null;
    const { runFolder } = this.opened.study;
    const found = readRowFile(join(runFolder, `analysis/${name}.json`));
    if (name !== "weightShift" || this.reports.length === 0) return found;
    return [...(found ?? []), ...this.reports];
  }

  /** The paper's claims with the study's verdicts. */
  claims(): ReturnType<typeof claimsOf> {
    return claimsOf(this.opened.study);
  }

  private textOf(place: BlockPlace, tasks: readonly string[]): TextOf {
    return (model, task, sample) =>
      this.records.text(place, model, tasks[task]!, sample);
  }

  /** The temperature of all benchmarks, as far as they have records; null where they differ. */
  private temperature(own: RecordMeasure, seed: number): number | null {
    const found = own.benchmarks.flatMap(({ name: benchmark }) => {
      const place = { measure: own.measure, seed, benchmark };
      for (const model of own.models) {
        const header = this.records.index(place, model)?.header;
        if (header) return [header.temperature];
      }
      return [];
    });
    const [first = 1, ...rest] = found;
    return rest.every((each) => each === first) ? first : null;
  }

  private log(model: string, seed: number): LogIndex | null {
    const path = join(
      this.opened.study.runFolder,
      `seed${seed}/train/${model}.jsonl`,
    );
    const known = this.logs.get(path);
    if (known === undefined && !existsSync(path)) return null;
    const log = known ?? new LogIndex(path);
    this.logs.set(path, log);
    log.refresh();
    return log.length === 0 ? null : log;
  }

  /** What tells whether the study file changed. */
  private identity(): string {
    const path = join(this.opened.study.folder, "study.yml");
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat === undefined ? "" : `${stat.mtimeMs} ${stat.size}`;
  }

  /** A study file that was edited is read again; one that is broken for a moment is left for later. */
  private reopen(): void {
    const now = this.identity();
    if (now === this.file) return;
    try {
      this.opened = openAny(this.path, this.options.profile);
      this.file = now;
    } catch {
      return;
    }
  }
}
