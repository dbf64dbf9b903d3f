/** The unit tests of a coding problem, worked out from its description. */
import {
  satisfies,
  type CodingData,
  type Operation,
  type Reducer,
} from "./problem.js";

/** A unit test: the argument of f and what it must return. */
export interface UnitTest {
  input: number | number[];
  expected: number | number[];
}

function applied({ op, by }: Operation, value: number): number {
  return op === "+" ? value + by : op === "-" ? value - by : value * by;
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
      map ? kept.map((item) => applied(map, item)) : kept,
    );
  }
  const x = input as number;
  switch (data.kind) {
    case "ops":
      return data.operations.reduce(
        (value, operation) => applied(operation, value),
        x,
      );
    case "conditional":
      return applied(satisfies(data.condition, x) ? data.yes : data.no, x);
    case "induce":
      return data.factor * x + data.constant;
  }
}

const NUMBERS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13];

function around(by: number): number[] {
  return by > 0 ? [by - 1, by, by + 1, by * 2, by * 3] : [];
}

function inputs(data: CodingData): (number | number[])[] {
  if (data.kind === "conditional")
    return [...NUMBERS, ...around(data.condition.by)];
  if (data.kind !== "list") return NUMBERS;
  const edges = data.filters.flatMap(({ by }) => around(by));
  const top = Math.max(0, ...data.filters.map(({ by }) => by));
  const lists = [
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
  if (data.reducer !== "max" && data.reducer !== "min") return lists;
  return lists.filter((items) =>
    items.some((item) =>
      data.filters.every((filter) => satisfies(filter, item)),
    ),
  );
}

/** The unit tests of a problem: a pure function of it. Every problem has at least one whose list is not empty. */
export function unitTests(data: CodingData): UnitTest[] {
  return inputs(data).map((input) => ({
    input,
    expected: expected(data, input),
  }));
}
