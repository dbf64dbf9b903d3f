/** The unit tests of a coding problem, worked out from its description. */
import {
  operate,
  satisfies,
  type CodingData,
  type ListProblem,
  type Operation,
  type PipelineProblem,
  type Reducer,
} from "./problem.js";

/** A unit test: the argument of f and what it must return. */
export interface UnitTest {
  input: number | number[];
  expected: number | number[];
}

function reduce(reducer: Reducer, items: number[]): number | number[] {
  switch (reducer) {
    case "list":
      return items;
    case "count":
      return items.length;
    case "sum":
      return items.reduce((sum, item) => sum + item, 0);
    case "max":
      return Math.max(...items);
    case "min":
      return Math.min(...items);
  }
}

function operateAll(operations: readonly Operation[], x: number): number {
  return operations.reduce((value, operation) => operate(operation, value), x);
}

/** What is left of a list after the stages of a pipeline, before it is reduced. */
function passed({ stages }: PipelineProblem, input: number[]): number[] {
  return stages.reduce(
    (items, { keep, map }) =>
      keep
        ? items.filter((item) => satisfies(keep, item))
        : items.map((item) => operate(map, item)),
    input,
  );
}

/** What f must return for an input, computed without running any generated code. */
function expected(
  data: CodingData,
  input: number | number[],
): number | number[] {
  if (data.kind === "list") {
    const kept = (input as number[]).filter((item) =>
      data.filters.every((filter) => satisfies(filter, item)),
    );
    const { map } = data;
    return reduce(
      data.reducer,
      map ? kept.map((item) => operate(map, item)) : kept,
    );
  }
  if (data.kind === "pipeline")
    return reduce(data.reducer, passed(data, input as number[]));
  const x = input as number;
  switch (data.kind) {
    case "ops":
      return operateAll(data.operations, x);
    case "conditional":
      return operate(satisfies(data.condition, x) ? data.yes : data.no, x);
    case "induce":
      return data.factor * x + data.constant;
    case "nested": {
      const [both, outerOnly, neither] = data.branches;
      const inside = satisfies(data.inner, x) ? both : outerOnly;
      return operateAll(satisfies(data.outer, x) ? inside : neither, x);
    }
    case "compose": {
      const inner = Array.from({ length: data.times }, () => data.inner).flat();
      return operateAll([...inner, data.last], x);
    }
  }
}

const NUMBERS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13];

function around(by: number): number[] {
  return by > 0 ? [by - 1, by, by + 1, by * 2, by * 3] : [];
}

function inputs(data: CodingData): (number | number[])[] {
  switch (data.kind) {
    case "conditional":
      return [...NUMBERS, ...around(data.condition.by)];
    case "nested":
      return [...NUMBERS, ...around(data.outer.by), ...around(data.inner.by)];
    case "list":
    case "pipeline":
      return lists(data);
    default:
      return NUMBERS;
  }
}

function lists(data: ListProblem | PipelineProblem): number[][] {
  const filters =
    data.kind === "list"
      ? data.filters
      : data.stages.flatMap(({ keep }) => (keep ? [keep] : []));
  const edges = filters.flatMap(({ by }) => around(by));
  const top = Math.max(0, ...filters.map(({ by }) => by));
  const all = [
    [1, 2, 3, 4, 5],
    [9, 8, 7, 6],
    [2, 4, 10, 3, 36, 35],
    [],
    [5, 5, 12, 1, 0],
    [0, 11, 50],
    edges,
    Array.from({ length: 20 }, (_, i) => top + ((i * 7) % 20)),
    Array.from({ length: 20 }, (_, i) => top + 20 + ((i * 7) % 20)),
    Array.from({ length: 12 }, (_, i) => (i * 5) % 12),
  ];
  // The largest and smallest of nothing are left open by the problem's words, so nothing is asked about them.
  if (data.reducer !== "max" && data.reducer !== "min") return all;
  const kept = (items: number[]): number[] =>
    data.kind === "pipeline"
      ? passed(data, items)
      : items.filter((item) => filters.every((f) => satisfies(f, item)));
  return all.filter((items) => kept(items).length > 0);
}

/** The unit tests of a problem: a pure function of it. Every problem has at least one whose list is not empty. */
export function unitTests(data: CodingData): UnitTest[] {
  return inputs(data).map((input) => ({
    input,
    expected: expected(data, input),
  }));
}

/** Arguments on which two functions that answer alike count as the same: numbers, and lists of neighbouring numbers. */
const PROBES = {
  numbers: Array.from({ length: 62 }, (_, i) => i),
  lists: Array.from({ length: 31 }, (_, i) =>
    Array.from({ length: 12 }, (_, j) => i * 2 + j),
  ),
};

/**
 * What a problem's function returns for fixed arguments: the same for two problems whose words differ and whose functions do not.
 *
 * @example
 * const twin = (first: number, second: number) =>
 *   behaviour({ kind: "ops", operations: [{ op: "+", by: first }, { op: "+", by: second }] });
 * twin(2, 3) === twin(3, 2) // true
 */
export function behaviour(data: CodingData): string {
  const probes =
    data.kind === "list" || data.kind === "pipeline"
      ? PROBES.lists
      : PROBES.numbers;
  return JSON.stringify(probes.map((input) => expected(data, input)));
}
