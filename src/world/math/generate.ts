/** Math problems: chains of operations and linear equations, all values between 0 and 400. */
import type { Task } from "../../domains/index.js";
import type { Random } from "../../random.js";

/** An operation with a constant on its right side. */
export interface Operation {
  op: "+" | "-" | "*";
  by: number;
}

/** a=3, b=a+4, c=b*2: find the last. */
export interface Chain {
  kind: "chain";
  start: number;
  operations: Operation[];
  answer: number;
}

/** left·(x + inner) + plus = right·x + result. Level 1 has right = inner = 0, level 2 inner = 0, level 3 plus = 0. */
export interface Equation {
  kind: "equation";
  left: number;
  inner: number;
  plus: number;
  right: number;
  result: number;
  answer: number;
}

/** `Task.data` of a math task. */
export type MathData = Chain | Equation;

/** Largest value that any step of a problem reaches. */
export const LARGEST = 400;

const NAMES = "abcdefg";

/** The value after one operation. */
export function apply(value: number, { op, by }: Operation): number {
  return op === "+" ? value + by : op === "-" ? value - by : value * by;
}

/** Name of the i-th variable of a chain. */
export function name(i: number): string {
  return NAMES[i]!;
}

function chain(random: Random, level: number): Task | null {
  const start = random.int(3, 60);
  const operations: Operation[] = [];
  let value = start;
  for (let i = 0; i <= level; i++) {
    const op = random.pick(["+", "-", "*"] as const);
    const by =
      op === "*" ? random.int(2, value < 30 ? 9 : 4) : random.int(3, 99);
    value = apply(value, { op, by });
    if (value < 0 || value > LARGEST) return null;
    operations.push({ op, by });
  }
  const steps = operations.map(
    ({ op, by }, i) => `${name(i + 1)}=${name(i)}${op}${by}`,
  );
  const data: Chain = { kind: "chain", start, operations, answer: value };
  return {
    id: `math chain ${start}${operations.map(({ op, by }) => op + by).join("")}`,
    domain: "math",
    kind: "chain",
    prompt: `a=${start}, ${steps.join(", ")}. Find ${name(operations.length)}.`,
    data,
  };
}

function equation(random: Random, level: number): Task | null {
  const answer = random.int(2, 40);
  const right = level === 1 ? 0 : random.int(2, 6);
  const left = right + random.int(2, level === 1 ? 9 : 6);
  const inner = level === 3 ? random.int(2, 12) : 0;
  const plus = level === 3 ? 0 : random.int(2, level === 1 ? 90 : 60);
  const result = (left - right) * answer + left * inner + plus;
  if (result > LARGEST) return null;
  const leftSide = inner > 0 ? `${left}(x+${inner})` : `${left}x+${plus}`;
  const text = `${leftSide}=${right > 0 ? `${right}x+` : ""}${result}`;
  const data: Equation = {
    kind: "equation",
    left,
    inner,
    plus,
    right,
    result,
    answer,
  };
  return {
    id: `math equation ${text}`,
    domain: "math",
    kind: "equation",
    prompt: `Solve ${text}.`,
    data,
  };
}

/**
 * Draw a math task.
 *
 * @param level  1 to 3: a chain of level + 1 operations; an equation with x on one side, on both, or in brackets
 * @param kinds  among `chain` and `equation`; a chain is drawn twice as often
 */
export function generate(
  random: Random,
  level: number,
  kinds: readonly string[],
): Task {
  const weighted = kinds.flatMap((kind) =>
    kind === "chain" ? [kind, kind] : [kind],
  );
  for (;;) {
    const task =
      random.pick(weighted) === "chain"
        ? chain(random, level)
        : equation(random, level);
    if (task) return task;
  }
}
