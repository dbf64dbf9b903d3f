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
  type Remainder,
  type System,
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
  { left, inner, plus, right, rightInner = 0, result: given }: Equation,
  random: Random,
  slip: number,
): Reasoning {
  const lines: string[] = [];
  let [constant, result] = [plus, given];
  if (inner > 0) {
    constant = step(left * inner, random, slip);
    lines.push(`${left}*${inner}=${constant}`);
  }
  if (inner > 0 && plus > 0) {
    const sum = step(constant + plus, random, slip);
    lines.push(`${constant}+${plus}=${sum}`);
    constant = sum;
  }
  if (rightInner > 0) {
    const product = step(right * rightInner, random, slip);
    result = step(product + given, random, slip);
    lines.push(
      `${right}*${rightInner}=${product}`,
      `${product}+${given}=${result}`,
    );
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

function system(
  { sum, a, b, result }: System,
  random: Random,
  slip: number,
): Reasoning {
  if (b < 0) {
    const twice = step(sum + result, random, slip);
    const answer = step(Math.floor(twice / 2), random, slip);
    return {
      lines: [`2x=${sum}+${result}=${twice}`, `x=${twice}/2=${answer}`],
      answer,
    };
  }
  const product = step(b * sum, random, slip);
  const factor = step(a - b, random, slip / 2);
  const rest = step(result - product, random, slip);
  const answer = step(Math.floor(rest / Math.max(factor, 1)), random, slip);
  return {
    lines: [
      ...[`${b}*${sum}=${product}`, `${a}-${b}=${factor}`],
      ...[`${factor}x=${result}-${product}=${rest}`],
      `x=${rest}/${factor}=${answer}`,
    ],
    answer,
  };
}

function remainder(
  { first, second, plus, divisor }: Remainder,
  random: Random,
  slip: number,
): Reasoning {
  const product = step(first * second, random, slip);
  const lines = [`${first}*${second}=${product}`];
  let value = product;
  if (plus > 0) {
    value = step(product + plus, random, slip);
    lines.push(`${product}+${plus}=${value}`);
  }
  const whole = step(Math.floor(value / divisor), random, slip);
  const multiple = step(whole * divisor, random, slip);
  const answer = step(value - multiple, random, slip);
  lines.push(
    `${value}/${divisor}=${whole}`,
    `${whole}*${divisor}=${multiple}`,
    `${value}-${multiple}=${answer}`,
  );
  return { lines, answer };
}

/**
 * Work a math task out, each step wrong with probability `slip`.
 *
 * @returns lines such as `b=12*3=36`; at slip 0 the answer is right
 */
export function reason(task: Task, random: Random, slip: number): Reasoning {
  const data = task.data as MathData;
  switch (data.kind) {
    case "chain":
      return chain(data, random, slip);
    case "equation":
      return equation(data, random, slip);
    case "system":
      return system(data, random, slip);
    case "remainder":
      return remainder(data, random, slip);
  }
}
