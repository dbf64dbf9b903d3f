/** What our records and the logs of other harnesses have in common. */
import type { FinishReason } from "../../domains/index.js";
import { TaskError } from "../../error.js";
import type {
  EvaluationRecord,
  RecordsFile,
  RecordsHeader,
} from "../records.js";

/** Where a log came from, for messages. */
export const refuse = (where: string, text: string): never => {
  throw new TaskError(`${where}: ${text}`);
};

/** One graded answer of another harness. */
export interface LogSample {
  task: string;
  reward: 0 | 1;
  finish: FinishReason;
  tokens: number;
  /** The grader found no answer in the text. */
  noAnswer?: boolean;
  completion?: string;
  detail?: string;
}

/** What a log says about the whole evaluation. */
export interface LogHead {
  benchmark: string;
  model: string;
  seed?: number;
  temperature?: number;
  topP?: number;
}

/**
 * A grade as 0 or 1.
 *
 * @throws TaskError it is neither, such as a mean over several samples
 */
export function rewardOf(value: unknown, where: string): 0 | 1 {
  if (value === 1 || value === true || value === "C") return 1;
  if (value === 0 || value === false || value === "I" || value === "N")
    return 0;
  return refuse(
    where,
    `grade must be 0 or 1, true or false, or C, I or N, got ${JSON.stringify(value)}`,
  );
}

/**
 * Records of the samples of a log: tasks in the order in which they first occur, the samples of each numbered from 0. What the log does not
 * say (topP, a seed) has the harness's default.
 *
 * @param tasks  identity of the log, in the place of the hash of our own tasks
 * @throws TaskError there are none, or tasks with unequal numbers of samples
 */
export function recordsOf(
  { benchmark, model, seed = 0, temperature = 0, topP = 1 }: LogHead,
  found: readonly LogSample[],
  tasks: string,
  where: string,
): Omit<RecordsFile, "bytes"> {
  const items = new Map<string, LogSample[]>();
  for (const sample of found)
    items.set(sample.task, [...(items.get(sample.task) ?? []), sample]);
  const [first] = items.values();
  if (first === undefined)
    return refuse(where, "log must hold samples, got none");
  const odd = [...items].find(([, own]) => own.length !== first.length);
  if (odd)
    refuse(
      where,
      `every task must have ${first.length} samples, got ${odd[1].length} of ${odd[0]}; the evaluation is not complete`,
    );
  const header: RecordsHeader = {
    ...{ benchmark, items: items.size, samples: first.length },
    ...{ seed, temperature, topP, tasks, model },
  };
  const records = [...items.values()].flatMap((own) =>
    own.map(({ noAnswer, ...sample }, i): EvaluationRecord => {
      const { task, reward, finish, tokens, ...text } = sample;
      const failed =
        finish === "length" ? "truncated" : noAnswer ? "noAnswer" : "wrong";
      const outcome = reward === 1 ? "correct" : failed;
      return { task, sample: i, reward, outcome, finish, tokens, ...text };
    }),
  );
  return { header, records };
}
