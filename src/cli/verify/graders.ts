/** How the rows of each domain are graded; a domain is added by one row of the table. */
import {
  defaultExecutor,
  followInstructions,
  gradeHleExact,
  gradeLetter,
  gradeMath,
  gradePython,
  mathData,
  spec,
  type InstructionData,
  type LetterAnswer,
  type MathData,
  type Verdict,
} from "../../domains/index.js";
import { TaskError } from "../../error.js";
import { agentGrader } from "./agentGrader.js";
import {
  answerIn,
  type FileDomain,
  type Graded,
  type VerifyRow,
} from "./row.js";

/** Grades rows, and holds what that needs. */
export interface RowGrader {
  /** Name in the output. */
  name: string;
  /** Rows that are graded at once; their verdicts are written together. */
  batch: number;
  /** Grade a row that was not cut off. */
  grade(row: VerifyRow): Graded | Promise<Graded>;
  close?(): Promise<void>;
}

function graded({ reward, outcome, detail }: Verdict): Graded {
  return {
    reward,
    outcome: outcome === "correct" ? "right" : outcome,
    ...(detail === undefined ? {} : { detail }),
  };
}

/** The verdict of the domain's own verifier. Its gate wants `</think>`, which an answer without reasoning lacks. */
function bySpec({ task, completion }: VerifyRow): Graded {
  const { domain } = task!;
  const whole = `</think>${answerIn(completion)}`;
  return graded(spec(domain).verify(task!, whole, "stop"));
}

/** The grader that is named, else the task's own, else that of the answer's kind. */
function mathGrader(named: string | undefined): RowGrader {
  return {
    name: named ?? "mathVerify",
    batch: 100,
    grade(row) {
      const data: MathData = row.task
        ? mathData(row.task)
        : { answer: row.answer! };
      const { answer } = data;
      const own = typeof answer === "number" ? "exact" : "mathVerify";
      const { grader, outcome, extracted, detail } = gradeMath(
        named ?? data.grader ?? own,
        String(answer),
        answerIn(row.completion),
      );
      return {
        grader,
        reward: outcome === "right" ? 1 : 0,
        outcome,
        ...(extracted === undefined
          ? {}
          : { extracted: extracted.slice(0, 200) }),
        ...(detail === undefined ? {} : { detail }),
      };
    },
  };
}

function scienceGrader(): RowGrader {
  return {
    name: "choice",
    batch: 100,
    grade(row) {
      const { id, task, answer = "", choices, pattern, completion } = row;
      if (task) return bySpec(row);
      const data: LetterAnswer = {
        answer,
        ...(choices === undefined ? {} : { choices }),
        ...(pattern === undefined ? {} : { pattern }),
      };
      return graded(gradeLetter(id, data, answerIn(completion)));
    },
  };
}

function hleGrader(): RowGrader {
  return {
    name: "hleExact",
    batch: 100,
    grade: ({ answer = "", completion }) =>
      graded(gradeHleExact(answer, answerIn(completion))),
  };
}

function needsTask({ id, task }: VerifyRow, domain: FileDomain): void {
  if (!task)
    throw new TaskError(
      `verify: row ${JSON.stringify(id)} must have a task: --domain ${domain} grades no bare answers`,
    );
}

/** Strict decides the reward; loose stands beside it. */
function instructionGrader(): RowGrader {
  return {
    name: "constraints",
    batch: 100,
    grade(row) {
      needsTask(row, "instruction");
      const verdict = bySpec(row);
      const { instruction_id_list: ids, kwargs } = row.task!
        .data as InstructionData;
      const text = answerIn(row.completion).trim();
      return {
        ...verdict,
        strict: followInstructions(ids, kwargs, text).instructions,
        loose: followInstructions(ids, kwargs, text, { loose: true })
          .instructions,
      };
    },
  };
}

/** Programs run side by side in the executor of this process. */
function codingGrader(): RowGrader {
  const executor = defaultExecutor();
  return {
    name: "unitTests",
    batch: 4 * executor.concurrency,
    async grade(row) {
      needsTask(row, "coding");
      const { id, data } = row.task!;
      if ((data as { language?: unknown } | null)?.language !== "python")
        return bySpec(row);
      const { passed, outcome, detail } = await gradePython(
        executor,
        id,
        data,
        answerIn(row.completion),
      );
      return {
        reward: passed ? 1 : 0,
        outcome,
        ...(detail === undefined ? {} : { detail }),
      };
    },
    close: () => executor.close(),
  };
}

/** Domain → its grader; the argument is the named grader of mathematics. */
export const ROW_GRADERS: Readonly<
  Partial<Record<FileDomain, (named: string | undefined) => RowGrader>>
> = {
  math: mathGrader,
  science: scienceGrader,
  hle: hleGrader,
  coding: codingGrader,
  instruction: instructionGrader,
  agent: agentGrader,
};
