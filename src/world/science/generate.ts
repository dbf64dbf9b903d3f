/** Science problems: exact answers from remembered formulas and masses, and multiple choice among single words. */
import type { Option } from "../../domains/science/data.js";
import type { Task } from "../../domains/index.js";
import type { Random } from "../../random.js";
import {
  ATOMS,
  COMPOUND_ELEMENTS,
  FORMULAS,
  OPTION_ELEMENTS,
  QUANTITIES,
  TWO_STEPS,
  alike,
  type Formula,
  type TwoStep,
} from "./facts.js";

/** Given mass 3, acceleration 5: force? */
export interface FormulaProblem {
  kind: "formula";
  formula: Formula;
  inputs: [number, number];
  answer: number;
}

/** Given mass 3, acceleration 5, distance 2: work? */
export interface ChainProblem {
  kind: "chain";
  steps: TwoStep;
  inputs: [number, number, number];
  answer: number;
}

/** Molar mass of Ca Cl2? */
export interface MolarProblem {
  kind: "molar";
  atoms: [symbol: string, count: number][];
  answer: number;
}

/** What is mass times acceleration times distance? Options: A force, B work, C charge, D power */
export interface QuantityProblem {
  kind: "quantityChoice";
  steps: Formula[];
  options: Option[];
  answer: string;
}

/** Heaviest? Options: A Cu, B Ca, C Zn, D Si */
export interface HeaviestProblem {
  kind: "heaviestChoice";
  lightest: boolean;
  options: Option[];
  answer: string;
}

/** Given mass 3, acceleration 5, current 2, time 6, speed 4. Largest? Options: A force, B charge, C distance */
export interface LargestProblem {
  kind: "largestChoice";
  values: Record<string, number>;
  options: Option[];
  answer: string;
}

/** Heaviest? Options: A H2 O, B C O2, C Na Cl */
export interface CompoundProblem {
  kind: "compoundChoice";
  lightest: boolean;
  /** Compounds of the options, in their order. */
  compounds: [symbol: string, count: number][][];
  options: Option[];
  answer: string;
}

/** `Task.data` of a science task; `answer` is a number, or the letter of the right option. */
export type ScienceData =
  | FormulaProblem
  | ChainProblem
  | MolarProblem
  | QuantityProblem
  | HeaviestProblem
  | LargestProblem
  | CompoundProblem;

/** Largest answer of a problem of several steps. */
const LARGEST = 999;

/** The value of a formula; divisions are drawn so that they come out even. */
export function evaluate(op: "*" | "/", a: number, b: number): number {
  return op === "*" ? a * b : Math.floor(a / Math.max(b, 1));
}

/** "A force, B work, C heat": how options stand in a prompt. */
export function listOptions(options: readonly Option[]): string {
  return options.map(({ word, letter }) => `${letter} ${word}`).join(", ");
}

/** Give words letters in their order. */
export function letters(words: readonly string[]): Option[] {
  return words.map((word, i) => ({ word, letter: "ABCD"[i]! }));
}

function letterOf(options: readonly Option[], word: string): string {
  return options.find((option) => option.word === word)!.letter;
}

function task(
  kind: string,
  identity: string,
  prompt: string,
  data: ScienceData,
): Task {
  return {
    id: `science ${kind} ${identity}`,
    domain: "science",
    kind,
    prompt,
    data,
  };
}

function formulaProblem(random: Random): Task {
  const formula = random.pick(FORMULAS);
  const b = random.int(2, 12);
  const a = formula.op === "*" ? random.int(2, 12) : b * random.int(2, 12);
  const prompt = `Given ${formula.first} ${a}, ${formula.second} ${b}: ${formula.output}?`;
  const answer = evaluate(formula.op, a, b);
  return task("formula", prompt, prompt, {
    kind: "formula",
    formula,
    inputs: [a, b],
    answer,
  });
}

function chainProblem(random: Random, level: number): Task {
  const steps = random.pick(TWO_STEPS);
  const { inner, outer } = steps;
  const hard = level > 3;
  const c = random.int(2, 9);
  const draw = (): [number, number] => [
    random.int(2, hard ? 39 : 9),
    random.int(2, hard ? 12 : 9),
  ];
  let [a, b] = draw();
  while (
    (outer.op === "/" && (a * b) % c !== 0) ||
    evaluate(outer.op, a * b, c) > LARGEST
  )
    [a, b] = draw();
  if (hard && random.chance(0.5)) [a, b] = [b, a];
  const prompt = `Given ${inner.first} ${a}, ${inner.second} ${b}, ${outer.second} ${c}: ${outer.output}?`;
  const answer = evaluate(outer.op, a * b, c);
  // With its factors exchanged a hard problem is the same problem.
  const factors = [a, b].sort((m, n) => m - n).join("*");
  const identity = hard
    ? `${inner.output} ${factors}, ${outer.second} ${c}: ${outer.output}`
    : prompt;
  return task("chain", identity, prompt, {
    kind: "chain",
    steps,
    inputs: [a, b, c],
    answer,
  });
}

function compound(
  random: Random,
  elements: number,
  most: number,
): [string, number][] {
  return random
    .sample(COMPOUND_ELEMENTS, elements)
    .map((symbol) => [symbol, random.int(1, most)]);
}

function writeCompound(atoms: readonly [string, number][]): string[] {
  return atoms.map(([symbol, count]) => symbol + (count > 1 ? count : ""));
}

/** Molar mass of a compound. */
function massOf(atoms: readonly [string, number][]): number {
  return atoms.reduce(
    (sum, [symbol, count]) => sum + ATOMS[symbol]! * count,
    0,
  );
}

function molarProblem(random: Random, level: number): Task {
  // Level 5 has larger counts instead of more elements: a seventh sum leaves nothing to be learnt from.
  const elements = level === 1 ? 2 : level === 4 ? 4 : 3;
  const most = level > 4 ? 8 : level > 3 ? 6 : 4;
  const atoms = compound(random, elements, most);
  const written = writeCompound(atoms);
  const answer = massOf(atoms);
  const identity = [...written].sort().join(" ");
  return task("molar", identity, `Molar mass of ${written.join(" ")}?`, {
    kind: "molar",
    atoms,
    answer,
  });
}

function compoundProblem(random: Random, level: number): Task {
  const lightest = random.chance(0.5);
  for (;;) {
    const compounds = Array.from({ length: level > 4 ? 4 : 3 }, () =>
      compound(random, 2, level > 4 ? 6 : 4),
    );
    const words = compounds.map((atoms) => writeCompound(atoms).join(" "));
    const masses = compounds.map(massOf);
    if (new Set(masses).size < masses.length) continue;
    const options = letters(words);
    const results = words.map((word, i): [string, number] => [
      word,
      masses[i]!,
    ]);
    const best = extreme(results, lightest);
    const which = lightest ? "Lightest" : "Heaviest";
    const sets = compounds.map((atoms) =>
      writeCompound(atoms).sort().join(" "),
    );
    return task(
      "compoundChoice",
      sets.sort().join(", "),
      `${which}? Options: ${listOptions(options)}`,
      {
        ...({ kind: "compoundChoice", lightest, compounds, options } as const),
        answer: letterOf(options, best),
      },
    );
  }
}

function quantityProblem(random: Random, level: number): Task {
  const twoSteps = level >= 3 || (level === 2 && random.chance(0.5));
  const pair = twoSteps ? random.pick(TWO_STEPS) : null;
  const steps = pair ? [pair.inner, pair.outer] : [random.pick(FORMULAS)];
  const word = { "*": "times", "/": "over" };
  const question = [
    steps[0]!.first,
    ...steps.flatMap((f) => [word[f.op], f.second]),
  ].join(" ");
  const answer = steps.at(-1)!.output;
  const used = steps.flatMap((f) => [f.first, f.second]);
  // A word of the question would make the option stand out; an intermediate result is a fair distractor.
  const distractors = QUANTITIES.filter(
    (q) => !alike(q, answer) && (q === steps[0]!.output || !used.includes(q)),
  );
  const options = letters(
    random.shuffle([answer, ...random.sample(distractors, 3)]),
  );
  const prompt = `What is ${question}? Options: ${listOptions(options)}`;
  const identity = `${question}: ${sortedWords(options)}`;
  return task("quantityChoice", identity, prompt, {
    kind: "quantityChoice",
    steps,
    options,
    answer: letterOf(options, answer),
  });
}

function heaviestProblem(random: Random, level: number): Task {
  const lightest = random.chance(0.5);
  const options = letters(random.sample(OPTION_ELEMENTS, level === 1 ? 3 : 4));
  const best = extreme(
    options.map(({ word }): [string, number] => [word, ATOMS[word]!]),
    lightest,
  );
  const which = lightest ? "Lightest" : "Heaviest";
  return task(
    "heaviestChoice",
    `${which} ${sortedWords(options)}`,
    `${which}? Options: ${listOptions(options)}`,
    {
      kind: "heaviestChoice",
      lightest,
      options,
      answer: letterOf(options, best),
    },
  );
}

function largestProblem(random: Random, level: number): Task {
  const products = FORMULAS.filter((f) => f.op === "*");
  for (;;) {
    const formulas = random.sample(products, level > 4 ? 4 : 3);
    const inputs = [...new Set(formulas.flatMap((f) => [f.first, f.second]))];
    // An option that is also an input would need no formula.
    if (formulas.some((f) => inputs.includes(f.output))) continue;
    const values = Object.fromEntries(
      inputs.map((q) => [
        q,
        random.int(2, level > 3 ? 20 : level === 3 ? 12 : 9),
      ]),
    );
    const results = formulas.map((f): [string, number] => [
      f.output,
      values[f.first]! * values[f.second]!,
    ]);
    if (new Set(results.map(([, value]) => value)).size < results.length)
      continue;
    const given = inputs.map((q) => `${q} ${values[q]}`);
    const options = letters(formulas.map((f) => f.output));
    const identity = `${[...given].sort().join(", ")}: ${sortedWords(options)}`;
    return task(
      "largestChoice",
      identity,
      `Given ${given.join(", ")}. Largest? Options: ${listOptions(options)}`,
      {
        kind: "largestChoice",
        values,
        options,
        answer: letterOf(options, extreme(results, false)),
      },
    );
  }
}

/** The name with the largest, or smallest, number; the first of equals. */
export function extreme(
  entries: readonly [string, number][],
  smallest: boolean,
): string {
  return entries.reduce((best, entry) =>
    (smallest ? entry[1] < best[1] : entry[1] > best[1]) ? entry : best,
  )[0];
}

function sortedWords(options: readonly Option[]): string {
  return options
    .map(({ word }) => word)
    .sort()
    .join(" ");
}

const MAKERS: Record<
  string,
  { make: (random: Random, level: number) => Task; levels: readonly number[] }
> = {
  formula: { make: formulaProblem, levels: [1, 2] },
  chain: { make: chainProblem, levels: [2, 3, 4, 5] },
  molar: { make: molarProblem, levels: [1, 2, 3, 4, 5] },
  quantityChoice: { make: quantityProblem, levels: [1, 2, 3] },
  heaviestChoice: { make: heaviestProblem, levels: [1, 2, 3] },
  largestChoice: { make: largestProblem, levels: [2, 3, 4, 5] },
  compoundChoice: { make: compoundProblem, levels: [4, 5] },
};

/** Names of all kinds. */
export const KIND_NAMES: readonly string[] = Object.keys(MAKERS);

/**
 * Draw a science task.
 *
 * @param level  1 to 5: a kind is drawn among those named that exist at this level, or among all named when none does
 */
export function generate(
  random: Random,
  level: number,
  kinds: readonly string[],
): Task {
  const fitting = kinds.filter((kind) => MAKERS[kind]!.levels.includes(level));
  return MAKERS[random.pick(fitting.length > 0 ? fitting : kinds)]!.make(
    random,
    level,
  );
}
