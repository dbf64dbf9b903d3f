/** How a science problem is worked out in lines, and what goes wrong when steps slip. */
import type { Option } from "../../domains/science/data.js";
import type { Task } from "../../domains/index.js";
import type { Random } from "../../random.js";
import { slipped, step } from "../slip.js";
import { ATOMS, FORMULAS, sayFormula } from "./facts.js";
import {
  evaluate,
  type ChainProblem,
  type CompoundProblem,
  type FormulaProblem,
  type HeaviestProblem,
  type LargestProblem,
  type MolarProblem,
  type QuantityProblem,
  type ScienceData,
} from "./generate.js";

/** Reasoning lines and the answer they end in: digits, or an option by its letter or its word. */
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

function weigh(
  atoms: readonly [string, number][],
  random: Random,
  slip: number,
): { lines: string[]; total: number } {
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
  return { lines, total };
}

function molar(
  { atoms }: MolarProblem,
  random: Random,
  slip: number,
): Reasoning {
  const { lines, total } = weigh(atoms, random, slip);
  return { lines, answer: String(total) };
}

function compounds(
  { compounds, lightest, options }: CompoundProblem,
  random: Random,
  slip: number,
): Reasoning {
  const entries = options.map(({ letter }, i): Entry => {
    const { lines, total } = weigh(compounds[i]!, random, slip);
    return { letter, value: total, lines: [...lines, `- ${letter} ${total}`] };
  });
  return choose(entries, lightest, random, slip);
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
  // Named by its word: a nano model never learnt to find the letter of a word that it has derived.
  return { lines, answer: word };
}

/** An option with its value, and the lines that find it. */
interface Entry {
  letter: string;
  value: number;
  lines: string[];
}

/**
 * Go through options in their order, and say after each one how it compares and what is best so far. A nano model that says at
 * once what is best mixes up largest and smallest; the sign in between is the same question for both.
 */
export function choose(
  entries: readonly Entry[],
  smallest: boolean,
  random: Random,
  slip: number,
): Reasoning {
  let best = entries[0]!;
  const lines = entries.flatMap((entry, i) => {
    if (i === 0) return entry.lines;
    const misjudged = slip > 0 && random.chance(slip);
    const less = entry.value < best.value !== misjudged;
    const comparison = `${less ? "<" : ">"}${best.value}`;
    if (less === smallest) best = entry;
    const last = `${entry.lines.at(-1)!}${comparison}, ${best.letter} ${best.value}`;
    return [...entry.lines.slice(0, -1), last];
  });
  return { lines, answer: best.letter };
}

function heaviest(
  { lightest, options }: HeaviestProblem,
  random: Random,
  slip: number,
): Reasoning {
  const entries = options.map(({ word, letter }): Entry => {
    const value = recall(word, random, slip);
    return { letter, value, lines: [`- ${letter} ${word} ${value}`] };
  });
  return choose(entries, lightest, random, slip);
}

function largest(
  { values, options }: LargestProblem,
  random: Random,
  slip: number,
): Reasoning {
  const entries = options.map(({ word, letter }): Entry => {
    const f = FORMULAS.find(({ output, op }) => output === word && op === "*")!;
    const [a, b] = [values[f.first]!, values[f.second]!];
    const value = step(a * b, random, slip);
    const lines = [
      `- ${letter} ${word} = ${f.first} * ${f.second}`,
      `${a}*${b}=${value}`,
    ];
    return { letter, value, lines };
  });
  return choose(entries, false, random, slip);
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
    case "compoundChoice":
      return compounds(data, random, slip);
  }
}
