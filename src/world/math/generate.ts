/**
 * Math problems: chains of operations and linear equations; from level 4 on longer ones with larger numbers, systems of two equations
 * and remainders too.
 */
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

/**
 * left·(x + inner) + plus = right·(x + rightInner) + result. Level 1 has right = inner = 0, level 2 inner = 0, level 3 plus = 0; only
 * level 5 has rightInner.
 */
export interface Equation {
  kind: "equation";
  left: number;
  inner: number;
  plus: number;
  right: number;
  /** Absent below level 5. */
  rightInner?: number;
  result: number;
  answer: number;
}

/** x + y = sum and a·x + b·y = result, a > b; with b = −1 the second is x − y = result. Find x. */
export interface System {
  kind: "system";
  sum: number;
  a: number;
  b: number;
  result: number;
  answer: number;
}

/** The remainder of first·second + plus by divisor. */
export interface Remainder {
  kind: "remainder";
  first: number;
  second: number;
  plus: number;
  divisor: number;
  answer: number;
}

/** `Task.data` of a math task. */
export type MathData = Chain | Equation | System | Remainder;

/** Largest value that any step of a problem of levels 1 to 3 reaches. */
export const LARGEST = 400;
/** Largest value that any step of a harder problem reaches. */
const LARGEST_HARD = 999;

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
  const hard = level > 3;
  const largest = hard ? LARGEST_HARD : LARGEST;
  const start = random.int(3, hard ? 99 : 60);
  const operations: Operation[] = [];
  let value = start;
  for (let i = 0; i <= level; i++) {
    const op = random.pick(["+", "-", "*"] as const);
    const by =
      op === "*"
        ? random.int(2, value < (hard ? 90 : 30) ? 9 : 4)
        : random.int(3, 99);
    value = apply(value, { op, by });
    if (value < 0 || value > largest) return null;
    operations.push({ op, by });
  }
  const steps = operations.map(
    ({ op, by }, i) => `${name(i + 1)}=${name(i)}${op}${by}`,
  );
  const data: Chain = { kind: "chain", start, operations, answer: value };
  const identity = hard ? sortedRuns(operations) : operations;
  return {
    id: `math chain ${start}${identity.map(({ op, by }) => op + by).join("")}`,
    domain: "math",
    kind: "chain",
    prompt: `a=${start}, ${steps.join(", ")}. Find ${name(operations.length)}.`,
    data,
  };
}

/** Additions and subtractions that follow each other in one order: exchanged they make the same problem. */
function sortedRuns(operations: readonly Operation[]): Operation[] {
  const runs: Operation[][] = [];
  for (const operation of operations) {
    const last = runs.at(-1);
    if (operation.op !== "*" && last && last[0]!.op !== "*")
      last.push(operation);
    else runs.push([operation]);
  }
  const signed = ({ op, by }: Operation): number => (op === "-" ? -by : by);
  return runs.flatMap((run) => run.sort((m, n) => signed(m) - signed(n)));
}

function equation(random: Random, level: number): Task | null {
  if (level > 3) return hardEquation(random, level);
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

function hardEquation(random: Random, level: number): Task | null {
  const answer = random.int(2, 60);
  const right = random.int(2, 7);
  const left = right + random.int(2, 7);
  const [inner, plus] = [
    random.int(2, 20),
    level === 4 ? random.int(2, 99) : 0,
  ];
  const rightInner = level === 4 ? 0 : random.int(2, 20);
  const total = left * (answer + inner) + plus;
  const result = total - right * (answer + rightInner);
  if (total > LARGEST_HARD || result < 1) return null;
  const leftSide = `${left}(x+${inner})${plus > 0 ? `+${plus}` : ""}`;
  const rightSide = rightInner > 0 ? `${right}(x+${rightInner})` : `${right}x`;
  const text = `${leftSide}=${rightSide}+${result}`;
  const data: Equation = {
    ...({ kind: "equation", left, inner, plus } as const),
    ...{ right, rightInner, result, answer },
  };
  return {
    id: `math equation ${text}`,
    domain: "math",
    kind: "equation",
    prompt: `Solve ${text}.`,
    data,
  };
}

function system(random: Random, level: number): Task | null {
  const answer = random.int(2, 80);
  const other = random.int(2, 80);
  const b = level > 4 ? random.int(2, 5) : -1;
  const a = level > 4 ? b + random.int(1, 4) : 1;
  const result = a * answer + b * other;
  if (result < 1 || result > LARGEST_HARD) return null;
  const sum = answer + other;
  const second = b < 0 ? `x-y=${result}` : `${a}x+${b}y=${result}`;
  const prompt = `x+y=${sum}, ${second}. Find x.`;
  const data: System = { kind: "system", sum, a, b, result, answer };
  return {
    id: `math system ${sum} ${second}`,
    domain: "math",
    kind: "system",
    prompt,
    data,
  };
}

function remainder(random: Random, level: number): Task | null {
  const first = random.int(11, 99);
  const second = random.int(3, 9);
  const plus = level > 4 ? random.int(11, 199) : 0;
  const divisor = random.int(3, 12);
  const value = first * second + plus;
  if (value > LARGEST_HARD) return null;
  const text = `${first}*${second}${plus > 0 ? `+${plus}` : ""}`;
  const data: Remainder = {
    ...({ kind: "remainder", first, second, plus } as const),
    ...{ divisor, answer: value % divisor },
  };
  return {
    id: `math remainder ${text} by ${divisor}`,
    domain: "math",
    kind: "remainder",
    prompt: `Remainder of ${text} by ${divisor}?`,
    data,
  };
}

const MAKERS: Readonly<
  Record<string, (random: Random, level: number) => Task | null>
> = { chain, equation, system, remainder };

/** Kinds that exist below level 4. */
const EASY: readonly string[] = ["chain", "equation"];

/**
 * Draw a math task.
 *
 * @param level  1 to 3: a chain of level + 1 operations; an equation with x on one side, on both, or in brackets · 4 and 5: numbers up to
 *   999, brackets on one or both sides, and the kinds `system` and `remainder`
 * @param kinds  among `chain`, `equation`, `system`, `remainder`; a chain is drawn twice as often
 */
export function generate(
  random: Random,
  level: number,
  kinds: readonly string[],
): Task {
  const fitting = kinds.filter((kind) => level > 3 || EASY.includes(kind));
  const weighted = (fitting.length > 0 ? fitting : EASY).flatMap((kind) =>
    kind === "chain" ? [kind, kind] : [kind],
  );
  for (;;) {
    const task = MAKERS[random.pick(weighted)]!(random, level);
    if (task) return task;
  }
}
