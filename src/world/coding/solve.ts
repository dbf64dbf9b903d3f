/** The solution of a coding problem: as reasoning lines and as code. */
import type {
  CodingData,
  ComposeProblem,
  Condition,
  ConditionalProblem,
  InduceProblem,
  ListProblem,
  NestedProblem,
  Operation,
  OpsProblem,
  PipelineProblem,
  Reducer,
} from "../../domains/coding/problem.js";
import type { Random } from "../../random.js";
import { step } from "../slip.js";

/** Reasoning lines and the body expression of the function. */
export interface Solution {
  lines: string[];
  expression: string;
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
  const broken = bug ? random.pick(operations) : null;
  const used = operations.map((operation) =>
    operation === broken ? mistaken(operation, random) : operation,
  );
  const { lines, expression } = chained(used);
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

/** x after some operations, and what it looks like after each of them. */
function chained(operations: readonly Operation[]): Solution {
  const lines: string[] = [];
  let expression = "x";
  operations.forEach(({ op, by }, i) => {
    expression = `${i > 0 ? `(${expression})` : expression} ${op} ${by}`;
    lines.push(expression);
  });
  return { lines, expression };
}

/** The same operation with another sign. */
function mistaken(operation: Operation, random: Random): Operation {
  const others = (["+", "-", "*"] as const).filter((op) => op !== operation.op);
  return { ...operation, op: random.pick(others) };
}

function nested(data: NestedProblem, bug: boolean, random: Random): Solution {
  let { outer, inner } = data;
  const branches = [...data.branches];
  if (bug) {
    const what = random.int(0, 2);
    if (what === 0) outer = confused(outer);
    else if (what === 1) inner = confused(inner);
    else [branches[0], branches[1]] = [branches[1]!, branches[0]!];
  }
  const [first, second] = [test(outer, "x"), test(inner, "x")];
  const [a, b, c] = branches.map(
    (operations) => chained(operations).expression,
  );
  return {
    lines: [first, `yes ${second}`, `yes yes ${a}`, `yes no ${b}`, `no ${c}`],
    expression: `${first} ? (${second} ? ${a} : ${b}) : ${c}`,
  };
}

function pipeline(
  data: PipelineProblem,
  bug: boolean,
  random: Random,
): Solution {
  let { stages, reducer } = data;
  if (bug) {
    const at = random.int(0, stages.length);
    stages = stages.map(({ keep, map }, i) => {
      if (i !== at) return keep ? { keep } : { map };
      return keep
        ? { keep: confused(keep) }
        : { map: { ...map, by: map.by + 1 } };
    });
    if (at === stages.length)
      reducer = random.pick(
        (Object.keys(REDUCERS) as Reducer[]).filter((r) => r !== reducer),
      );
  }
  const said = stages.map(({ keep, map }) =>
    keep ? test(keep, "v") : `v ${map.op} ${map.by}`,
  );
  const expression = stages
    .map(({ keep }, i) => `.${keep ? "filter" : "map"}(v => ${said[i]!})`)
    .join("");
  return {
    lines: [...said, reducer],
    expression: REDUCERS[reducer](`a${expression}`),
  };
}

function compose(data: ComposeProblem, bug: boolean, random: Random): Solution {
  let { inner, last } = data;
  if (bug) {
    const at = random.int(0, inner.length);
    inner = inner.map((item, i) => (i === at ? mistaken(item, random) : item));
    if (at === inner.length) last = mistaken(last, random);
  }
  const whole = Array.from({ length: data.times }, () => inner).flat();
  const { lines, expression } = chained([...whole, last]);
  return {
    lines: lines.filter((_, i) => (i + 1) % inner.length === 0),
    expression,
  };
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
    case "nested":
      return nested(data, bug, random);
    case "pipeline":
      return pipeline(data, bug, random);
    case "compose":
      return compose(data, bug, random);
  }
}

/** The function as a fenced block, the form that the verifier reads. */
export function fence(data: CodingData, expression: string): string {
  return `\`\`\`js\nfunction f(${data.kind === "list" || data.kind === "pipeline" ? "a" : "x"}) { return ${expression}; }\n\`\`\``;
}
