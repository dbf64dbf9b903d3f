/** What a coding task carries: a description of the function to write, from which its unit tests follow. */

/** +, − or × a constant. */
export interface Operation {
  op: "+" | "-" | "*";
  by: number;
}

/** What an item, or x, must satisfy; `by` is the threshold or the divisor, 0 for even and odd. */
export interface Condition {
  relation: "above" | "below" | "even" | "odd" | "multiple";
  by: number;
}

/** How a list ends. */
export type Reducer = "list" | "count" | "sum" | "max" | "min";

/** Write f(x): plus 3, times 2. */
export interface OpsProblem {
  kind: "ops";
  operations: Operation[];
}

/** Write f(x): if x is above 5 times 2, else plus 3. */
export interface ConditionalProblem {
  kind: "conditional";
  condition: Condition;
  yes: Operation;
  no: Operation;
}

/** Write f(a): keep items above 5, times 2, sum. */
export interface ListProblem {
  kind: "list";
  filters: Condition[];
  map: Operation | null;
  reducer: Reducer;
}

/** Write f(x): if x is above 5 then if x is even times 2, plus 1, else plus 3; else minus 4. */
export interface NestedProblem {
  kind: "nested";
  outer: Condition;
  inner: Condition;
  /** Both conditions hold; only the outer one; not even that. */
  branches: [both: Operation[], outerOnly: Operation[], neither: Operation[]];
}

/** One stage of a pipeline. */
export type Stage =
  { keep: Condition; map?: never } | { keep?: never; map: Operation };

/** Write f(a): keep items above 5, times 2, keep items even, sum. */
export interface PipelineProblem {
  kind: "pipeline";
  stages: Stage[];
  reducer: Reducer;
}

/** Write f(x): g twice, minus 2, where g is times 3, plus 1. */
export interface ComposeProblem {
  kind: "compose";
  inner: Operation[];
  /** How often g is applied. */
  times: number;
  last: Operation;
}

/** Write f(x) with f(1)=5, f(2)=8, f(7)=23. */
export interface InduceProblem {
  kind: "induce";
  factor: number;
  constant: number;
  at: [number, number, number];
}

/** `Task.data` of a coding task. */
export type CodingData =
  | OpsProblem
  | ConditionalProblem
  | ListProblem
  | InduceProblem
  | NestedProblem
  | PipelineProblem
  | ComposeProblem;

/** Whether a number satisfies a condition. */
export function satisfies({ relation, by }: Condition, value: number): boolean {
  switch (relation) {
    case "above":
      return value > by;
    case "below":
      return value < by;
    case "even":
      return value % 2 === 0;
    case "odd":
      return value % 2 === 1;
    case "multiple":
      return value % by === 0;
  }
}

/** A value after one operation. */
export function operate({ op, by }: Operation, value: number): number {
  return op === "+" ? value + by : op === "-" ? value - by : value * by;
}
