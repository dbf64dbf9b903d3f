/** Rows of judges on a common pool: as in Table 7 on its right and slipped answers, and how often a planted wrong line is found. */
import type { JudgedAnswer, PoolLine } from "../../../evaluate/index.js";
import {
  JUDGE_MODES,
  type BenchmarkName,
  type JudgeMode,
} from "../../../evaluate/index.js";
import { averageOverSeeds, pairedDifference } from "../../../stats/index.js";
import type { Role } from "../../graph/model.js";
import { inPoints } from "../interval.js";
import {
  judgingRows,
  type JudgeSource,
  type JudgingRow,
  type PoolColumns,
} from "../judging.js";
import { transpose } from "../modelScores.js";
import { itemMeans } from "../results.js";

/** One line of a judge's file on a common pool. */
export interface PoolJudgingLine extends PoolLine {
  benchmark: BenchmarkName;
}

/** How one model judged the pool; lines[seed]. */
export interface PoolSource {
  model: string;
  role: Role;
  lines: readonly (readonly PoolJudgingLine[])[];
}

/** The right and the slipped answers alone, half of each, as answers that were judged. */
export function balanced({ model, role, lines }: PoolSource): JudgeSource {
  return {
    model,
    role,
    lines: lines.map((seed) =>
      seed
        .filter(({ fault }) => fault !== "planted")
        .map((line) => ({ benchmark: line.benchmark, ...judgedAnswer(line) })),
    ),
  };
}

/** A verdict is sound when it is right and, where a shown line is wrong, names that line. */
function judgedAnswer({
  task,
  sample,
  fault,
  wrongLine,
  judgements,
}: PoolLine): JudgedAnswer {
  const reward = fault === "none" ? 1 : 0;
  const of = (
    mode: JudgeMode,
  ): NonNullable<JudgedAnswer["judgements"]>[JudgeMode] => {
    const { verdict, line, tokens } = judgements[mode];
    const agrees = verdict === (reward === 1 ? "correct" : "incorrect");
    const named = mode === "outcome" || line === wrongLine;
    return { verdict, sound: agrees && named, tokens };
  };
  return {
    ...{ task, sample, reward },
    outcome: reward === 1 ? "correct" : "wrong",
    // The pool's claims may be texts; that there is one is what counts.
    claimed: 0,
    judgements: { outcome: of("outcome"), process: of("process") },
  };
}

/** found[item][seed]: the share of an item's planted answers that are called incorrect. */
function foundBy(
  { lines }: PoolSource,
  benchmark: BenchmarkName,
  mode: JudgeMode,
): number[][] {
  return transpose(
    lines.map((seed) =>
      itemMeans(
        seed
          .filter(
            (line) => line.benchmark === benchmark && line.fault === "planted",
          )
          .map(({ task, judgements }) => ({
            task,
            reward: Number(judgements[mode].verdict === "incorrect"),
          })),
      ),
    ),
  );
}

/** Rows of each judge on each benchmark and on their average, in both modes. */
export function poolRows(sources: readonly PoolSource[]): JudgingRow[] {
  return sources.flatMap((source) => {
    const all = [...new Set(source.lines[0]!.map((line) => line.benchmark))];
    const found = Object.fromEntries(
      JUDGE_MODES.map((mode) => [
        mode,
        new Map(all.map((name) => [name, foundBy(source, name, mode)])),
      ]),
    ) as Record<JudgeMode, Map<BenchmarkName, number[][]>>;
    const columns = ({ benchmark, mode }: JudgingRow): PoolColumns => {
      const used = benchmark === "average" ? all : [benchmark];
      const of = (each: JudgeMode): number[][][] =>
        used.map((name) => found[each].get(name)!);
      const pairs = used.map((_, i) => ({
        a: of(mode)[i]!,
        b: of("outcome")[i]!,
      }));
      return {
        pool: "common",
        planted: inPoints(averageOverSeeds(of(mode))),
        plantedGain:
          mode === "outcome" ? null : inPoints(pairedDifference(pairs)),
      };
    };
    return judgingRows([balanced(source)]).map((row) => ({
      ...row,
      ...columns(row),
    }));
  });
}
