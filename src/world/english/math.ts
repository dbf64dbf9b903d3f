/** English word problems of one and two steps with small whole numbers. */
import type { Random } from "../../random.js";
import type { EnglishSource } from "./source.js";
import { NAMES, THINGS } from "./words.js";

/** A question and the number that answers it. */
interface Problem {
  text: string;
  answer: number;
}

/** Problems by kind. */
const PROBLEMS: Readonly<
  Record<string, (random: Random, name: string, things: string) => Problem>
> = {
  sum(random, name, things) {
    const [a, b] = [random.int(2, 20), random.int(2, 10)];
    return {
      text: `${name} has ${a} ${things} and gets ${b} more. How many ${things} does ${name} have now?`,
      answer: a + b,
    };
  },
  difference(random, name, things) {
    const a = random.int(5, 20);
    const b = random.int(1, a - 1);
    return {
      text: `${name} has ${a} ${things} and gives away ${b}. How many ${things} are left?`,
      answer: a - b,
    };
  },
  product(random, name, things) {
    const [a, b] = [random.int(2, 9), random.int(2, 5)];
    return {
      text: `${name} has ${a} boxes with ${b} ${things} in each. How many ${things} are there in all?`,
      answer: a * b,
    };
  },
  twoSteps(random, name, things) {
    const [a, b] = [random.int(2, 10), random.int(2, 10)];
    const c = random.int(1, a + b - 1);
    return {
      text: `${name} has ${a} ${things}, gets ${b} more and then loses ${c}. How many ${things} does ${name} have now?`,
      answer: a + b - c,
    };
  },
};

/** English word problems. `Task.data` is a `MathData` with a text, which the grader of real data compares, so that no form is asked for. */
export const math: EnglishSource = {
  kinds: Object.keys(PROBLEMS).map((name) => ({ name, heldOut: false })),
  generate(random, kinds) {
    const kind = random.pick(kinds);
    const [name, things] = [random.pick(NAMES), random.pick(THINGS)];
    const { text, answer } = PROBLEMS[kind]!(random, name, things);
    const prompt = `${text} Answer with the number alone.`;
    return {
      ...{ id: `english math ${text}`, domain: "math", kind, prompt },
      data: { answer: String(answer) },
    };
  },
};
