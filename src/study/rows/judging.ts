/** Rows of Table 7: models as judges of their own answers. */
import { verification } from "../../analysis/index.js";
import type { Domain } from "../../domains/index.js";
import {
  JUDGE_MODES,
  type BenchmarkName,
  type JudgedAnswer,
  type JudgeMode,
} from "../../evaluate/index.js";
import type { Role } from "../graph/model.js";
import { inPoints, points, type Interval } from "./interval.js";
import { about } from "./modelScores.js";

/** One line of a judge's file. */
export interface JudgingLine extends JudgedAnswer {
  benchmark: BenchmarkName;
}

/** What one model answered and how it judged; lines[seed]. */
export interface JudgeSource {
  model: string;
  role: Role;
  lines: readonly (readonly JudgingLine[])[];
  /** How well it solves tasks itself, in [0, 1]; absent where the answers that it judged say so. */
  generation?: number;
}

/** What rows of a common pool have besides. */
export interface PoolColumns {
  pool?: "common";
  /** Share of the answers with a planted wrong line that are called incorrect, though their claim is right. */
  planted?: Interval;
  /** The same of this mode − that of the mode "outcome", which cannot see the line; null in that mode's own rows. */
  plantedGain?: Interval | null;
}

function orNull(estimate: Interval | null): Interval | null {
  return estimate && inPoints(estimate);
}

/** Table 7: a model as judge of its own answers or of a common pool, in one mode. All shares in points; see `analysis.verification`. */
export interface JudgingRow extends PoolColumns {
  model: string;
  role: Role;
  benchmark: BenchmarkName | "average";
  title: string;
  domain: Domain | null;
  mode: JudgeMode;
  /** The paper-style number: agreement of verdicts with the verifier. */
  value: Interval | null;
  truePositiveRate: Interval | null;
  trueNegativeRate: Interval | null;
  balancedAccuracy: Interval | null;
  sound: Interval | null;
  /** Agreement that verdicts drawn at random at this judge's rates would have. */
  chance: number | null;
  yesRate: number | null;
  unparsed: number | null;
  /** Score of the answers themselves; of a common pool, where the study says so, the score of the judge on the same benchmarks. */
  generation: Interval;
  /** Judged answers and all answers, of all seeds. */
  n: number;
  answers: number;
  items: number;
  seeds: number;
  perSeed: (number | null)[];
}

/** Rows of Table 7: each judge on each benchmark and on their average, in both modes. */
export function judgingRows(judges: readonly JudgeSource[]): JudgingRow[] {
  return judges.flatMap(({ model, role, lines }) => {
    const names = [...new Set(lines[0]!.map((line) => line.benchmark))];
    const answersOf = (name: BenchmarkName): JudgingLine[][] =>
      lines.map((seed) => seed.filter((line) => line.benchmark === name));
    const row = (
      place: Pick<JudgingRow, "benchmark" | "title" | "domain">,
      used: readonly BenchmarkName[],
      mode: JudgeMode,
    ): JudgingRow => {
      const found = verification(used.map(answersOf), mode);
      const share = (value: number): number | null =>
        Number.isFinite(value) ? points(value) : null;
      return {
        model,
        role,
        ...place,
        mode,
        value: orNull(found.agreement),
        truePositiveRate: orNull(found.truePositiveRate),
        trueNegativeRate: orNull(found.trueNegativeRate),
        balancedAccuracy: orNull(found.balancedAccuracy),
        sound: orNull(found.sound),
        chance: share(found.chance),
        yesRate: share(found.yesRate),
        unparsed: share(found.unparsed),
        generation: inPoints(found.generation),
        n: found.judged,
        answers: found.answers,
        items: new Set(
          used.flatMap((name) => answersOf(name)[0]!.map(({ task }) => task)),
        ).size,
        seeds: lines.length,
        perSeed: found.perSeed.map((value) =>
          value === null ? null : points(value),
        ),
      };
    };
    return JUDGE_MODES.flatMap((mode) => [
      ...names.map((name) => row(about(name), [name], mode)),
      row({ benchmark: "average", title: "Avg.", domain: null }, names, mode),
    ]);
  });
}
