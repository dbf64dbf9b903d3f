/** Models as judges of their own answers: agreement and generation on any choice of tasks and seeds. */
import { sampleCorrelation } from "simple-statistics";
import {
  crossedBootstrap,
  draws,
  type Draw,
  type Draws,
} from "../../analysis/index.js";
import type { Domain } from "../../domains/index.js";
import {
  benchmarkSpec,
  mean,
  type BenchmarkName,
  type JudgeMode,
} from "../../evaluate/index.js";
import type { VerificationLine } from "../stages/behaviour.js";
import type { Judge } from "./data.js";
import { measuredOr, type Measured } from "./measured.js";

/** Counts over one item's answers. */
interface Counts {
  answers: number;
  right: number;
  judged: number;
  /** Verdicts that agree with the verifier. */
  agree: Record<JudgeMode, number>;
}

/** One model's counts on one benchmark, counts[seed][item]. */
type Table = readonly (readonly Counts[])[];

function countItem(lines: readonly VerificationLine[]): Counts {
  const judged = lines.filter(({ judgements }) => judgements !== null);
  const agree = (mode: JudgeMode): number =>
    judged.filter(
      ({ reward, judgements }) =>
        judgements![mode].verdict === (reward === 1 ? "correct" : "incorrect"),
    ).length;
  return {
    answers: lines.length,
    right: lines.filter(({ reward }) => reward === 1).length,
    judged: judged.length,
    agree: { outcome: agree("outcome"), process: agree("process") },
  };
}

function countItems({ lines }: Judge, name: BenchmarkName): Table {
  return lines.map((seed) => {
    const items = new Map<string, VerificationLine[]>();
    for (const line of seed)
      if (line.benchmark === name)
        items.set(line.task, [...(items.get(line.task) ?? []), line]);
    return [...items.values()].map(countItem);
  });
}

/**
 * Scores of all judges on drawn seeds and items; one set of draws for all, so that differences are paired.
 *
 * Generation and judging are means over the benchmarks that are judged, as in Table 7.
 */
export class Judges {
  readonly models: readonly string[];
  readonly benchmarks: readonly BenchmarkName[];
  private readonly tables = new Map<string, Table>();
  private readonly drawn: Draws;

  constructor(judges: readonly Judge[]) {
    this.models = judges.map(({ model }) => model);
    this.benchmarks = [
      ...new Set(judges[0]!.lines[0]!.map(({ benchmark }) => benchmark)),
    ];
    for (const judge of judges)
      for (const name of this.benchmarks)
        this.tables.set(`${judge.model}/${name}`, countItems(judge, name));
    this.drawn = draws({
      seeds: judges[0]!.lines.length,
      items: this.benchmarks.map(
        (name) => this.tables.get(`${judges[0]!.model}/${name}`)![0]!.length,
      ),
    });
  }

  /** Benchmarks of a domain. */
  of(domain: Domain): BenchmarkName[] {
    return this.benchmarks.filter(
      (name) => benchmarkSpec(name).domain === domain,
    );
  }

  /** Mean over benchmarks of a ratio of sums over the drawn seeds and items. */
  ratio(
    { seeds, items }: Draw,
    model: string,
    benchmarks: readonly BenchmarkName[],
    top: (counts: Counts) => number,
    bottom: (counts: Counts) => number,
  ): number {
    return mean(
      benchmarks.map((name) => {
        const table = this.tables.get(`${model}/${name}`)!;
        let [above, below] = [0, 0];
        for (const s of seeds)
          for (const i of items[this.benchmarks.indexOf(name)]!) {
            above += top(table[s]![i]!);
            below += bottom(table[s]![i]!);
          }
        return above / below;
      }),
    );
  }

  /** Share of judged answers on which the verdict agrees with the verifier: the paper's number, as we read it. */
  agreement(
    draw: Draw,
    model: string,
    mode: JudgeMode,
    benchmarks: readonly BenchmarkName[] = this.benchmarks,
  ): number {
    return this.ratio(
      draw,
      model,
      benchmarks,
      ({ agree }) => agree[mode],
      ({ judged }) => judged,
    );
  }

  /** Share of right answers. */
  generation(draw: Draw, model: string): number {
    return this.ratio(
      draw,
      model,
      this.benchmarks,
      ({ right }) => right,
      ({ answers }) => answers,
    );
  }

  /** A number of all judges with its interval over tasks and seeds, in points. */
  points(statistic: (draw: Draw) => number): Measured {
    return measuredOr(
      crossedBootstrap(statistic, this.drawn),
      "a model makes no claim that could be judged",
      100,
    );
  }

  /** Pearson correlation over models of generation and judging, with its interval over models. */
  correlation(mode: JudgeMode): Measured {
    const x = this.models.map((m) => this.generation(this.drawn.whole, m));
    const y = this.models.map((m) => this.agreement(this.drawn.whole, m, mode));
    if (x.length < 4)
      return { missing: `a correlation of ${x.length} models says nothing` };
    return measuredOr(
      crossedBootstrap(
        ({ items }) =>
          sampleCorrelation(
            items[0]!.map((i) => x[i]!),
            items[0]!.map((i) => y[i]!),
          ),
        draws({ seeds: 1, items: [x.length] }),
      ),
      "all models generate or judge alike",
    );
  }
}
