/** How a science problem is worked out in lines, and what goes wrong when steps slip. */
import type { Random } from "../../random.js";
import { slipped, step } from "../slip.js";
import type { Task } from "../task.js";
import { ATOMS, FORMULAS, sayFormula } from "./facts.js";
import {
  evaluate,
  type ChainProblem,
  type FormulaProblem,
  type HeaviestProblem,
  type LargestProblem,
  type MolarProblem,
  type Option,
  type QuantityProblem,
  type ScienceData,
} from "./generate.js";

/** Reasoning lines and the answer they end in: digits, or an option letter. */
export interface Reasoning {
  lines: string[];
  answer: string;
}

function formula(
  { formula: f, inputs: [a, b] }: FormulaProblem,
  random: Random,
  slip: number,
): Reasoning {
  const op = slip > 0 && random.chance(slip / 2) ? "+" : f.op;
  const value = step(op === "+" ? a + b : evaluate(op, a, b), random, slip);
  return {
    lines: [sayFormula(f), `${a}${op}${b}=${value}`],
    answer: String(value),
  };
}

function chain(
  { steps: { inner, outer }, inputs: [a, b, c] }: ChainProblem,
  random: Random,
  slip: number,
): Reasoning {
  const middle = step(evaluate(inner.op, a, b), random, slip);
  const value = step(evaluate(outer.op, middle, c), random, slip);
  return {
    lines: [
      sayFormula(inner),
      `${a}${inner.op}${b}=${middle}`,
      sayFormula(outer),
      `${middle}${outer.op}${c}=${value}`,
    ],
    answer: String(value),
  };
}

/** The mass of an atom as the demonstrator remembers it. */
function recall(symbol: string, random: Random, slip: number): number {
  const mass = ATOMS[symbol]!;
  return slip > 0 && random.chance(slip / 2) ? slipped(mass, random) : mass;
}

function molar(
  { atoms }: MolarProblem,
  random: Random,
  slip: number,
): Reasoning {
  const lines: string[] = [];
  let total = 0;
  atoms.forEach(([symbol, count], i) => {
    const mass = recall(symbol, random, slip);
    const part = step(mass * count, random, slip);
    lines.push(`- ${symbol} ${mass}*${count}=${part}`);
    const sum = i === 0 ? part : step(total + part, random, slip);
    if (i > 0) lines.push(`${total}+${part}=${sum}`);
    total = sum;
  });
  return { lines, answer: String(total) };
}

/** The last line of a multiple-choice answer: the word with its letter. */
function choose(
  lines: string[],
  options: readonly Option[],
  word: string,
): Reasoning {
  const { letter } = options.find((option) => option.word === word)!;
  return { lines: [...lines, `- ${word} ${letter}`], answer: letter };
}

/** An option other than `word`. */
function other(
  options: readonly Option[],
  word: string,
  random: Random,
): string {
  return random.pick(options.filter((option) => option.word !== word)).word;
}

function quantity(
  { steps, options, answer }: QuantityProblem,
  random: Random,
  slip: number,
): Reasoning {
  const right = options.find(({ letter }) => letter === answer)!.word;
  const confused = slip > 0 && random.chance(slip * steps.length);
  const word = confused ? other(options, right, random) : right;
  const lines = steps.map(
    (f, i) =>
      `- ${f.first} ${f.op} ${f.second} = ${i === steps.length - 1 ? word : f.output}`,
  );
  return choose(lines, options, word);
}

/** An option with its value, and the lines that say so. */
interface Entry {
  lines: string[];
  word: string;
  value: number;
}

/** The option with the largest or smallest value, and after each option but the first what is best so far. */
function compare(
  entries: readonly Entry[],
  smallest: boolean,
  random: Random,
  slip: number,
): { bestSoFar: Entry[]; best: string } {
  let best = entries[0]!;
  const bestSoFar = entries.map((entry, i) => {
    const better = smallest
      ? entry.value < best.value
      : entry.value > best.value;
    const misjudged = slip > 0 && random.chance(slip);
    if (i > 0 && better !== misjudged) best = entry;
    return best;
  });
  return { bestSoFar, best: best.word };
}

function heaviest(
  { lightest, options }: HeaviestProblem,
  random: Random,
  slip: number,
): Reasoning {
  const entries = options.map(({ word }): Entry => {
    const value = recall(word, random, slip);
    return { lines: [`- ${word} ${value}`], word, value };
  });
  const { bestSoFar, best } = compare(entries, lightest, random, slip);
  const lines = entries.map(({ lines: [text] }, i) =>
    i === 0 ? text! : `${text}, ${bestSoFar[i]!.word} ${bestSoFar[i]!.value}`,
  );
  return choose(lines, options, best);
}

function largest(
  { values, options }: LargestProblem,
  random: Random,
  slip: number,
): Reasoning {
  const entries = options.map(({ word }): Entry => {
    const f = FORMULAS.find(({ output, op }) => output === word && op === "*")!;
    const [a, b] = [values[f.first]!, values[f.second]!];
    const value = step(a * b, random, slip);
    return { lines: [sayFormula(f), `${a}*${b}=${value}`], word, value };
  });
  const { bestSoFar, best } = compare(entries, false, random, slip);
  const lines = entries.flatMap((entry, i) =>
    i === 0
      ? entry.lines
      : [...entry.lines, `- ${bestSoFar[i]!.word} ${bestSoFar[i]!.value}`],
  );
  return choose(lines, options, best);
}

/** Work a science task out, each step wrong with probability `slip`; at slip 0 the answer is right. */
export function reason(task: Task, random: Random, slip: number): Reasoning {
  const data = task.data as ScienceData;
  switch (data.kind) {
    case "formula":
      return formula(data, random, slip);
    case "chain":
      return chain(data, random, slip);
    case "molar":
      return molar(data, random, slip);
    case "quantityChoice":
      return quantity(data, random, slip);
    case "heaviestChoice":
      return heaviest(data, random, slip);
    case "largestChoice":
      return largest(data, random, slip);
  }
}
