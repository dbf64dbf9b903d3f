/** How a math problem is worked out in lines, and what goes wrong when steps slip. */
import type { Task } from "../../domains/index.js";
import type { Random } from "../../random.js";
import { step } from "../slip.js";
import {
  apply,
  name,
  type Chain,
  type Equation,
  type MathData,
} from "./generate.js";

/** Reasoning lines and the value they end in. */
export interface Reasoning {
  lines: string[];
  answer: number;
}

function chain(
  { start, operations }: Chain,
  random: Random,
  slip: number,
): Reasoning {
  const lines: string[] = [];
  let value = start;
  operations.forEach((operation, i) => {
    const next = step(apply(value, operation), random, slip);
    lines.push(`${name(i + 1)}=${value}${operation.op}${operation.by}=${next}`);
    value = next;
  });
  return { lines, answer: value };
}

function equation(
  { left, inner, plus, right, result }: Equation,
  random: Random,
  slip: number,
): Reasoning {
  const lines: string[] = [];
  let constant = plus;
  if (inner > 0) {
    constant = step(left * inner, random, slip);
    lines.push(`${left}*${inner}=${constant}`);
  }
  let factor = left;
  if (right > 0) {
    factor = step(left - right, random, slip / 2);
    lines.push(`${left}-${right}=${factor}`);
  }
  const rest = step(result - constant, random, slip);
  lines.push(`${factor}x=${result}-${constant}=${rest}`);
  const answer = step(Math.floor(rest / Math.max(factor, 1)), random, slip);
  lines.push(`x=${rest}/${factor}=${answer}`);
  return { lines, answer };
}

/**
 * Work a math task out, each step wrong with probability `slip`.
 *
 * @returns lines such as `b=12*3=36`; at slip 0 the answer is right
 */
export function reason(task: Task, random: Random, slip: number): Reasoning {
  const data = task.data as MathData;
  return data.kind === "chain"
    ? chain(data, random, slip)
    : equation(data, random, slip);
}
