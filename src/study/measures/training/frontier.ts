/** Measure `frontier`: score over the cost of everything that a model needed, road by road, against one road at equal cost. */
import type { StepMetrics } from "../../../train/index.js";
import { statedRows } from "../../claims/claimRow.js";
import { frontierClaims, FRONTIER } from "../../claims/frontier.js";
import { trainingBehind } from "../../graph/ancestry.js";
import {
  refText,
  type MeasureEntry,
  type Ref,
  type StudySpec,
} from "../../graph/model.js";
import { trainingCost } from "../../rows/cost.js";
import {
  frontierRows,
  type CostUnit,
  type FrontierPoint,
  type FrontierRow,
} from "../../rows/frontier.js";
import type { Results } from "../../rows/results.js";
import { manyModels, map, object, oneModel } from "../../spec/field.js";
import { NAME } from "../../spec/values.js";
import { NOTHING, type Measure } from "../measure.js";
import { scoredBy, scoresBehind, type ScoredBy } from "../scoredBy.js";

/** Options of `frontier`. */
export interface FrontierOptions extends ScoredBy {
  /** The common ancestor: what it took to make it is not counted. */
  from: Ref;
  /** The road that the others are compared with: the same run, or runs alike, at several budgets. */
  reference: Ref[];
  /** The other roads by name, each one model or several of different budgets. */
  roads: Partial<Record<string, Ref[]>>;
  /** Models that "experts already exist" takes as given; the cost of all of them together is the unit of `ratio`. */
  experts: Ref[];
}

function roadsOf({ roads }: FrontierOptions): [string, Ref[]][] {
  return Object.entries(roads).map(([road, refs]) => [road, refs!]);
}

function modelsOf(options: FrontierOptions): Ref[] {
  return [
    ...options.reference,
    ...roadsOf(options).flatMap(([, refs]) => refs),
  ];
}

/** Everything that the measure counts the cost of. */
function runsOf(options: FrontierOptions, study: StudySpec): string[] {
  const { from, experts } = options;
  return [
    ...trainingBehind(
      [...modelsOf(options), ...experts],
      [from.model],
      study,
    ).keys(),
  ];
}

/** What is wrong with a frontier; nothing where all of its models are scored and the reference has several budgets. */
function check(entry: MeasureEntry<FrontierOptions>, study: StudySpec): void {
  const { name, options } = entry;
  scoresBehind(entry, modelsOf(options), study);
  if (options.reference.length < 2)
    throw new RangeError(
      `measures.${name}.reference must hold at least 2 budgets, got ${options.reference.length}`,
    );
  for (const ref of options.reference)
    if (trainingBehind([ref], [options.from.model], study).size === 0)
      throw new RangeError(
        `measures.${name}.reference must be trained from ${refText(options.from)}, got ${refText(ref)}`,
      );
}

/** Cost of everything behind some models, a number a seed. */
type CostOf = (
  models: readonly Ref[],
  given: readonly string[],
) => Record<CostUnit, number[]>;

function costsOf({ from }: FrontierOptions, results: Results): CostOf {
  const { study } = results;
  const parameters = results.parameters();
  const logs = new Map<string, StepMetrics[]>();
  const log = (model: string, seed: number): StepMetrics[] => {
    const key = `${seed} ${model}`;
    const found = logs.get(key) ?? results.log<StepMetrics>(model, seed);
    logs.set(key, found);
    return found;
  };
  return (models, given) => {
    const runs = [...trainingBehind(models, [from.model, ...given], study)];
    const sums = study.seeds.map((seed) =>
      runs.map(([model, steps]) =>
        trainingCost(log(model, seed).slice(0, steps), parameters),
      ),
    );
    const total = (unit: CostUnit): number[] =>
      sums.map((parts) => parts.reduce((sum, part) => sum + part[unit], 0));
    return { flops: total("flops"), seconds: total("seconds") };
  };
}

function rowsOf(
  entry: MeasureEntry<FrontierOptions>,
  results: Results,
): FrontierRow[] {
  const { options } = entry;
  const { benchmarks, place } = scoresBehind(entry, [], results.study);
  const costOf = costsOf(options, results);
  const given = options.experts.map(({ model }) => model);
  const point = (ref: Ref): FrontierPoint => ({
    model: refText(ref),
    scores: results.scores(ref, benchmarks, place),
    costs: { scratch: costOf([ref], []), given: costOf([ref], given) },
  });
  return frontierRows(
    { road: "reference", points: options.reference.map(point) },
    roadsOf(options).map(([road, refs]) => ({
      road,
      points: refs.map(point),
    })),
    costOf(options.experts, []),
  );
}

/** The measure. */
export const frontier: Measure<FrontierOptions, { frontier: FrontierRow }> = {
  ...NOTHING,
  key: "frontier",
  about:
    "score over the cost of all that a model needed, against one road at equal cost",
  version: 1,
  options: object<FrontierOptions>({
    from: oneModel,
    reference: manyModels,
    roads: map(manyModels, { pattern: NAME }),
    experts: manyModels,
    ...scoredBy,
  }),
  rowFiles: ["frontier"],
  claimIds: FRONTIER,
  uses: () => ["scores"],
  reads: (options) => [options.from, ...modelsOf(options), ...options.experts],
  logs: runsOf,
  stages(entry, _, study) {
    check(entry, study);
    return [];
  },
  rows: (entry, results) => ({ frontier: rowsOf(entry, results) }),
  claims: (entry, results, { ties }) =>
    statedRows(frontierClaims(rowsOf(entry, results), ties)),
};
