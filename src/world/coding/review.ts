/** Reviews of programs: what a function returns for a given input, worked out from the problem's words. */
import { lastProgram } from "../../domains/coding/extract.js";
import {
  operate,
  satisfies,
  type CodingData,
  type Condition,
  type Operation,
  type Stage,
} from "../../domains/coding/problem.js";
import { unitTests } from "../../domains/coding/unitTests.js";
import { runProgram } from "../../domains/coding/verify.js";
import type { Task } from "../../domains/index.js";
import { Random } from "../../random.js";
import type { ReviewSpec } from "../spec.js";
import { fence, solve } from "./solve.js";

/** An input with the number that f must return for it. */
interface Case {
  input: number | number[];
  expected: number;
}

/** Longest list that a reviewer is asked about. */
const LONGEST = 6;

/** Inputs of the unit tests that a person could work out: numbers and short lists for which f returns a number. */
function cases(task: Task): Case[] {
  return unitTests(task.data as CodingData).flatMap(({ input, expected }) => {
    const length = Array.isArray(input) ? input.length : 1;
    return typeof expected === "number" && length > 0 && length <= LONGEST
      ? [{ input, expected }]
      : [];
  });
}

function claimText(input: Case["input"], value: number | string): string {
  return `f(${JSON.stringify(input)})=${value}`;
}

/** The input and the value of a claim such as `f([4,7])=11`; null where it is none. */
function parse(claim: string): { input: Case["input"]; value: number } | null {
  const found = /^f\((-?\d+|\[[-\d,]*\])\)=(-?\d+)$/.exec(claim);
  if (!found) return null;
  return {
    input: JSON.parse(found[1]!) as Case["input"],
    value: Number(found[2]),
  };
}

/**
 * What a program claims: its value for one input. Where it is wrong for some input, one for which it is wrong is taken.
 *
 * @returns null where it does not run, or returns no whole numbers
 */
function claimOf(task: Task, program: string, random: Random): string | null {
  const known = cases(task);
  const results = runProgram(
    program,
    known.map(({ input }) => input),
  );
  if (results === null) return null;
  const found = known.flatMap(({ input, expected }, i) => {
    const text = results[i] ?? "";
    if (!/^-?\d{1,15}$/.test(text)) return [];
    return [
      { claim: claimText(input, text), isRight: Number(text) === expected },
    ];
  });
  const wrong = found.filter(({ isRight }) => !isRight);
  // A program whose only wrong values cannot be said, such as a list or none, claims nothing that could be judged.
  if (wrong.length === 0 && found.length < known.length) return null;
  const shown = wrong.length > 0 ? wrong : found;
  return shown.length === 0 ? null : random.pick(shown).claim;
}

function applied(operation: Operation, value: number): [string, number] {
  const result = operate(operation, value);
  return [`${value}${operation.op}${operation.by}=${result}`, result];
}

/** The lines of operations one after the other. */
function chained(operations: readonly Operation[], start: number): string[] {
  let value = start;
  return operations.map((operation) => {
    const [line, result] = applied(operation, value);
    value = result;
    return line;
  });
}

function tested(condition: Condition, value: number): [string, boolean] {
  const { relation, by } = condition;
  const holds = satisfies(condition, value);
  const said = by === 0 ? relation : `${relation} ${by}`;
  return [`${value} ${said} ${holds ? "yes" : "no"}`, holds];
}

/** The value of f for an input, worked out in lines from the words of the problem. */
function trace(data: CodingData, input: Case["input"]): string[] {
  switch (data.kind) {
    case "ops":
      return chained(data.operations, input as number);
    case "compose": {
      const inner = Array.from({ length: data.times }, () => data.inner).flat();
      return chained([...inner, data.last], input as number);
    }
    case "conditional": {
      const [line, holds] = tested(data.condition, input as number);
      const branch = holds ? data.yes : data.no;
      return [line, applied(branch, input as number)[0]];
    }
    case "nested": {
      const [both, outerOnly, neither] = data.branches;
      const x = input as number;
      const [outer, holds] = tested(data.outer, x);
      if (!holds) return [outer, ...chained(neither, x)];
      const [inner, isBoth] = tested(data.inner, x);
      return [outer, inner, ...chained(isBoth ? both : outerOnly, x)];
    }
    case "list": {
      const stages = [
        ...data.filters.map((keep) => ({ keep })),
        ...(data.map ? [{ map: data.map }] : []),
      ];
      return passed(stages, data.reducer, input as number[]);
    }
    case "pipeline":
      return passed(data.stages, data.reducer, input as number[]);
    case "induce": {
      const product = data.factor * (input as number);
      return [
        `${data.factor}*${input}=${product}`,
        `${product}+${data.constant}=${product + data.constant}`,
      ];
    }
  }
}

/** The items after each stage of a list, and how they end. */
function passed(
  stages: readonly Stage[],
  reducer: string,
  input: readonly number[],
): string[] {
  let items = [...input];
  const lines = stages.map(({ keep, map }) => {
    items = keep
      ? items.filter((item) => satisfies(keep, item))
      : items.map((item) => operate(map, item));
    const said = keep ? "keep" : `${map.op}${map.by}`;
    return `${said} ${items.join(" ") || "none"}`;
  });
  return [...lines, reducer];
}

function rightLines(task: Task): string[] {
  return solve(task.data as CodingData, new Random(0, task.id), 0).lines;
}

/** How programs are reviewed: by the value that they return for one input. */
export const review: ReviewSpec = {
  fits: (task) => task.domain === "coding" && cases(task).length > 0,
  answer(task, random, slip) {
    const data = task.data as CodingData;
    const right = solve(data, new Random(0), 0).expression;
    for (;;) {
      const { lines, expression } = solve(data, random, slip);
      if (expression === right) {
        const { input, expected } = random.pick(cases(task));
        return { lines, claim: claimText(input, expected) };
      }
      const program = lastProgram(fence(data, expression))!;
      const claim = claimOf(task, program, random);
      // A bug may make f return a list, or nothing that is a number.
      if (claim !== null) return { lines, claim };
    }
  },
  read(task, answer, random) {
    const program = lastProgram(answer);
    return program === null ? null : claimOf(task, program, random);
  },
  isRight(task, claim) {
    const said = parse(claim);
    return (
      said !== null &&
      cases(task).some(
        ({ input, expected }) =>
          claimText(input, expected) === claim && said.value === expected,
      )
    );
  },
  rightLines,
  examine(task, claim, isWalked) {
    const data = task.data as CodingData;
    const said = parse(claim)!;
    const known = cases(task).find(
      ({ input }) => JSON.stringify(input) === JSON.stringify(said.input),
    )!;
    // What an unknown function is must be found out before it can be applied.
    const found = isWalked || data.kind !== "induce" ? [] : rightLines(task);
    return [
      ...found,
      ...trace(data, said.input),
      `${said.value}-${known.expected}=${said.value - known.expected}`,
    ];
  },
};
