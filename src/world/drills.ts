/** Short drills of the pre-training corpus: arithmetic, facts, and the largest of some options. */
import type { Random } from "../random.js";
import {
  ATOMS,
  FORMULAS,
  OPTION_ELEMENTS,
  sayFormula,
} from "./science/facts.js";
import { extreme, letters, listOptions } from "./science/generate.js";
import { choose } from "./science/reason.js";
import { slipped } from "./slip.js";

function sum(random: Random): string {
  const a = random.int(0, 400);
  const b = random.int(2, random.chance(0.2) ? 400 : 99);
  return `${a}+${b}=${a + b}`;
}

function difference(random: Random): string {
  const [a, b] = [
    random.int(0, 400),
    random.int(2, random.chance(0.2) ? 400 : 99),
  ];
  const [larger, smaller] = a < b ? [b, a] : [a, b];
  return `${larger}-${smaller}=${larger - smaller}`;
}

function product(random: Random): string {
  const [a, b] = [random.int(2, 99), random.int(2, 12)];
  return `${a}*${b}=${a * b}`;
}

function quotient(random: Random): string {
  const [b, value] = [random.int(2, 12), random.int(2, 40)];
  return `${b * value}/${b}=${value}`;
}

function comparison(random: Random): string {
  const most = random.pick([12, 99, 150]);
  const [a, b] = random.sample(
    Array.from({ length: most }, (_, i) => i + 1),
    2,
  ) as [number, number];
  return `${a}${a < b ? "<" : ">"}${b}`;
}

/** Twelve lines of arithmetic such as `120+14=134` or `24<65`. */
export function arithmeticDrill(random: Random): string {
  const makers = [
    ...[sum, sum, difference, difference, product, product],
    ...[quotient, comparison],
  ];
  return Array.from({ length: 12 }, () => random.pick(makers)(random)).join(
    "\n",
  );
}

/** Twelve lines of arithmetic with numbers up to 999, such as `347+185=532` or `46*7=322`. */
export function hardArithmeticDrill(random: Random): string {
  const line = (): string => {
    const [a, b] = [
      random.int(2, 999),
      random.int(2, random.pick([99, 99, 499])),
    ];
    const digit = random.int(2, 12);
    switch (random.int(0, 7)) {
      case 0:
      case 1:
        return a + b > 999
          ? `${a}-${Math.min(a, b)}=${a - Math.min(a, b)}`
          : `${a}+${b}=${a + b}`;
      case 2:
      case 3:
        return a < b ? `${b}-${a}=${b - a}` : `${a}-${b}=${a - b}`;
      case 4:
      case 5: {
        const factor = random.int(2, 99);
        return `${factor}*${digit}=${factor * digit}`;
      }
      case 6: {
        const whole = random.int(2, Math.floor(999 / digit) - 1);
        // Half of them leave a remainder.
        const rest = random.chance(0.5) ? random.int(0, digit - 1) : 0;
        return `${whole * digit + rest}/${digit}=${whole}`;
      }
      default:
        return comparison(random);
    }
  };
  return Array.from({ length: 12 }, line).join("\n");
}

/**
 * Eight times the end of a check: claim minus answer, with its sign, and the verdict that follows. A nano model solves and copies well
 * long before it tells 27 from 26: until then it writes a difference of 0 for numbers that look alike.
 */
export function checkDrill(random: Random): string {
  return Array.from({ length: 8 }, () => {
    const answer = random.int(0, random.pick([40, 400, 400]));
    const claimed = random.chance(0.5) ? answer : mistaken(answer, random);
    return `${claimed}-${answer}=${claimed - answer}\nVerdict: ${claimed === answer ? "correct" : "incorrect"}`;
  }).join("\n");
}

/** A wrong answer: near the right one, with one digit changed, or anywhere. */
function mistaken(answer: number, random: Random): number {
  const digits = [...String(answer)];
  digits[random.int(0, digits.length - 1)] = String(random.int(0, 9));
  const claimed = random.pick([
    slipped(answer, random),
    Number(digits.join("")),
    random.int(0, 400),
  ]);
  return claimed === answer ? answer + 1 : claimed;
}

/** Facts to remember: formulas, masses of atoms, and comparisons of masses. */
export function factDrill(random: Random): string {
  const formulas = random.sample(FORMULAS, 2).map(sayFormula);
  const masses = random
    .sample(Object.keys(ATOMS), 4)
    .map((symbol) => `- ${symbol} ${ATOMS[symbol]}`);
  const comparisons = Array.from({ length: 3 }, () => {
    const pair = random
      .sample(OPTION_ELEMENTS, 2)
      .map((symbol): [string, number] => [symbol, ATOMS[symbol]!]);
    const text = pair.map(([symbol, mass]) => `${symbol} ${mass}`).join(" ");
    return `- ${text}: heaviest ${extreme(pair, false)}, lightest ${extreme(pair, true)}`;
  });
  return [...formulas, ...masses, ...comparisons].join("\n");
}

/** Numbers with letters: go through them in their order, and say after each one which is the largest or smallest so far. */
export function rankingDrill(random: Random): string {
  const smallest = random.chance(0.5);
  const most = random.pick([12, 99, 150]);
  const values = random.sample(
    Array.from({ length: most }, (_, i) => i + 1),
    random.int(3, 4),
  );
  const options = letters(values.map(String));
  const entries = options.map(({ letter, word }) => ({
    letter,
    value: Number(word),
    lines: [`- ${letter} ${word}`],
  }));
  const { lines, answer } = choose(entries, smallest, random, 0);
  return [
    `${smallest ? "Smallest" : "Largest"}? Options: ${listOptions(options)}`,
    ...lines,
    `Answer: ${answer}`,
  ].join("\n");
}
