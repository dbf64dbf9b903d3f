/** What the nano world's science knows: formulas of two quantities, and the mass of some atoms. */

/** output = first × second, or first / second. */
export interface Formula {
  output: string;
  first: string;
  op: "*" | "/";
  second: string;
}

/** A formula whose first input is the output of another one. */
export interface TwoStep {
  inner: Formula;
  outer: Formula;
}

function formula(text: string): Formula {
  const [output, first, op, second] = text.split(" ");
  return {
    output: output!,
    first: first!,
    op: op as Formula["op"],
    second: second!,
  };
}

/**
 * A formula as a line of reasoning. Words stand behind a space wherever they occur in this domain, so that a tokenizer sees
 * the same token in prompt, reasoning and options.
 *
 * @example
 * sayFormula(FORMULAS[0]!) // "- force = mass * acceleration"
 */
export function sayFormula({ output, first, op, second }: Formula): string {
  return `- ${output} = ${first} ${op} ${second}`;
}

/** Formulas to remember; every quantity is one word. */
export const FORMULAS: readonly Formula[] = [
  "force mass * acceleration",
  "momentum mass * velocity",
  "distance speed * time",
  "voltage current * resistance",
  "power voltage * current",
  "charge current * time",
  "work force * distance",
  "energy power * time",
  "impulse force * time",
  "density mass / volume",
  "speed distance / time",
  "pressure force / area",
].map(formula);

/** Formulas that need another one first. */
export const TWO_STEPS: readonly TwoStep[] = [
  ["force mass * acceleration", "work force * distance"],
  ["force mass * acceleration", "impulse force * time"],
  ["force mass * acceleration", "pressure force / area"],
  ["power voltage * current", "energy power * time"],
  ["mass density * volume", "momentum mass * velocity"],
  ["mass density * volume", "force mass * acceleration"],
].map(([inner, outer]) => ({ inner: formula(inner!), outer: formula(outer!) }));

/** Outputs that share a unit or a formula: never offered against each other. */
const ALIKE: readonly (readonly string[])[] = [
  ["momentum", "impulse"],
  ["work", "energy"],
];

/** Whether two quantities could both be called right. */
export function alike(a: string, b: string): boolean {
  return (
    a === b || ALIKE.some((group) => group.includes(a) && group.includes(b))
  );
}

/** Quantities that stand as options: the outputs of the formulas. */
export const QUANTITIES: readonly string[] = FORMULAS.map((f) => f.output);

/** Relative atomic masses, rounded to integers. */
export const ATOMS: Readonly<Record<string, number>> = {
  H: 1,
  He: 4,
  Li: 7,
  C: 12,
  N: 14,
  O: 16,
  F: 19,
  Na: 23,
  Mg: 24,
  Al: 27,
  Si: 28,
  P: 31,
  S: 32,
  Cl: 35,
  K: 39,
  Ca: 40,
  Cr: 52,
  Fe: 56,
  Ni: 59,
  Cu: 64,
  Zn: 65,
};

/** Elements of two letters: as options they are not confused with option letters. */
export const OPTION_ELEMENTS: readonly string[] = Object.keys(ATOMS).filter(
  (symbol) => symbol.length === 2,
);

/** Elements of compounds; helium makes none. */
export const COMPOUND_ELEMENTS: readonly string[] = Object.keys(ATOMS).filter(
  (symbol) => symbol !== "He",
);
