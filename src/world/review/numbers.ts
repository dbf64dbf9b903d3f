/** Reviews of answers that are one number: math and science. */
import { spec, type Domain, type Task } from "../../domains/index.js";
import { Random } from "../../random.js";
import type { ReviewSpec, Solution, WorldSpec } from "../spec.js";

/**
 * How answers are reviewed that are one number: solved again, and subtracted.
 *
 * @param domain  whose final answers are read
 * @param checks  which kinds have a number as their answer, and how they are solved
 */
export function numberReview(
  domain: Domain,
  { kinds, solve }: NonNullable<WorldSpec["checks"]>,
): ReviewSpec {
  const right = (task: Task): Solution => solve(task, new Random(0), 0);
  return {
    fits: ({ kind }) => kinds.includes(kind),
    answer(task, random, slip) {
      const { lines, answer } = solve(task, random, slip);
      return { lines, claim: String(answer) };
    },
    read(_, answer) {
      const found = spec(domain).finalAnswer?.(answer)?.trim() ?? "";
      return /^-?\d{1,15}$/.test(found) ? found : null;
    },
    isRight: (task, claim) => Number(claim) === right(task).answer,
    rightLines: (task) => right(task).lines,
    examine(task, claim, isWalked) {
      const { lines, answer } = right(task);
      const difference = `${claim}-${answer}=${Number(claim) - answer}`;
      return isWalked ? [difference] : [...lines, difference];
    },
  };
}
