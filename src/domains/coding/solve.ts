/** The solution of a coding problem: as code, as reasoning lines, and as the values that unit tests expect. */
import type { Random } from "../../random.js";
import { step } from "../slip.js";
import {
  satisfies,
  type CodingData,
  type Condition,
  type ConditionalProblem,
  type InduceProblem,
  type ListProblem,
  type Operation,
  type OpsProblem,
  type Reducer,
} from "./generate.js";

/** Reasoning lines and the body expression of the function. */
export interface Solution {
  lines: string[];
  expression: string;
}

/** A unit test: the argument of f and what it must return. */
export interface UnitTest {
  input: number | number[];
  expected: number | number[];
}

const REDUCERS: Record<Reducer, (items: string) => string> = {
  list: (items) => items,
  count: (items) => `${items}.length`,
  sum: (items) => `${items}.reduce((s, v) => s + v, 0)`,
  max: (items) => `Math.max(...${items})`,
  min: (items) => `Math.min(...${items})`,
};

function test({ relation, by }: Condition, variable: string): string {
  switch (relation) {
    case "above":
      return `${variable} > ${by}`;
    case "below":
      return `${variable} < ${by}`;
    case "even":
      return `${variable} % 2 === 0`;
    case "odd":
      return `${variable} % 2 === 1`;
    case "multiple":
      return `${variable} % ${by} === 0`;
  }
}

/** A condition that is easily taken for another. */
function confused({ relation, by }: Condition): Condition {
  if (relation === "multiple") return { relation, by: by + 1 };
  const opposites = {
    above: "below",
    below: "above",
    even: "odd",
    odd: "even",
  } as const;
  return { relation: opposites[relation], by };
}

function ops(
  { operations }: OpsProblem,
  bug: boolean,
  random: Random,
): Solution {
  const used = operations.map((operation) => ({ ...operation }));
  if (bug) {
    const broken = random.pick(used);
    broken.op = random.pick(
      (["+", "-", "*"] as const).filter((op) => op !== broken.op),
    );
  }
  const lines: string[] = [];
  let expression = "x";
  used.forEach(({ op, by }, i) => {
    expression = `${i > 0 ? `(${expression})` : expression} ${op} ${by}`;
    lines.push(expression);
  });
  lines.pop(); // the last step is the code itself
  return { lines, expression };
}

function conditional(
  data: ConditionalProblem,
  bug: boolean,
  random: Random,
): Solution {
  let { condition, yes, no } = data;
  if (bug) {
    const what = random.int(0, 2);
    if (what === 0) condition = confused(condition);
    else if (what === 1) [yes, no] = [no, yes];
    else yes = { ...yes, by: yes.by + 1 };
  }
  const check = test(condition, "x");
  const [a, b] = [`x ${yes.op} ${yes.by}`, `x ${no.op} ${no.by}`];
  return {
    lines: [check, `yes ${a}`, `no ${b}`],
    expression: `${check} ? ${a} : ${b}`,
  };
}

function list(data: ListProblem, bug: boolean, random: Random): Solution {
  let { filters, map, reducer } = data;
  if (bug) {
    const what = random.int(0, 2);
    if (what === 0) filters = [confused(filters[0]!), ...filters.slice(1)];
    else if (what === 1 && map) map = { ...map, by: map.by + 1 };
    else
      reducer = random.pick(
        (Object.keys(REDUCERS) as Reducer[]).filter((r) => r !== reducer),
      );
  }
  const check = filters.map((condition) => test(condition, "v")).join(" && ");
  const lines = [check];
  let expression = `a.filter(v => ${check})`;
  if (map) {
    lines.push(`v ${map.op} ${map.by}`);
    expression += `.map(v => v ${map.op} ${map.by})`;
  }
  lines.push(reducer);
  return { lines, expression: REDUCERS[reducer](expression) };
}

function induce(
  { factor, constant, at }: InduceProblem,
  random: Random,
  slip: number,
): Solution {
  const [x] = at;
  const [y, next] = [factor * x + constant, factor * (x + 1) + constant];
  const m = step(factor, random, slip);
  const product = step(m * x, random, slip / 2);
  const b = step(y - product, random, slip);
  return {
    lines: [
      `${next}-${y}=${m}`,
      `${m}*${x}=${product}`,
      `${y}-${product}=${b}`,
    ],
    expression: `x * ${m} + ${b}`,
  };
}

/**
 * Solve a coding problem; a bug creeps in with probability 2 · slip (each step of `induce`: slip).
 *
 * @returns at slip 0 the right body of `function f`
 */
export function solve(
  data: CodingData,
  random: Random,
  slip: number,
): Solution {
  if (data.kind === "induce") return induce(data, random, slip);
  const bug = slip > 0 && random.chance(Math.min(1, 2 * slip));
  switch (data.kind) {
    case "ops":
      return ops(data, bug, random);
    case "conditional":
      return conditional(data, bug, random);
    case "list":
      return list(data, bug, random);
  }
}

/** The function as a fenced block, the form that the verifier reads. */
export function fence(data: CodingData, expression: string): string {
  return `\`\`\`js\nfunction f(${data.kind === "list" ? "a" : "x"}) { return ${expression}; }\n\`\`\``;
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
