/** How the rows of each domain are graded; a domain is added by one row of the table. */
import {
  defaultExecutor,
  followInstructions,
  gradeHleExact,
  gradeLetter,
  gradeMath,
  gradePython,
  judgeByServer,
  mathData,
  spec,
  type InstructionData,
  type JudgeServer,
  type LetterAnswer,
  type MathData,
  type ShortAnswer,
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

/** What may be chosen. */
export interface GraderOptions {
  /** The named grader of mathematics. */
  grader?: string | undefined;
  /** A judge of short answers. */
  judge?: JudgeServer | undefined;
}

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
function mathGrader({ grader: named }: GraderOptions): RowGrader {
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

/** The question of a row, for a judge. */
function questionOf({ id, task, question }: VerifyRow): string {
  const own =
    (task?.data as Partial<ShortAnswer> | undefined)?.question ?? question;
  if (typeof own === "string") return own;
  throw new TaskError(
    `verify: row ${JSON.stringify(id)} must have a question, for the judge`,
  );
}

/** Exact match, or the letter of multiple choice; what a judge says stands beside it. */
function hleGrader({ judge }: GraderOptions): RowGrader {
  return {
    name: "hleExact",
    batch: judge ? 16 : 100,
    async grade(row) {
      const { task, completion } = row;
      const text = answerIn(completion);
      const data = task?.data as
        Partial<ShortAnswer & LetterAnswer> | undefined;
      const reference = data?.reference ?? data?.answer ?? row.answer ?? "";
      const exact = task ? bySpec(row) : graded(gradeHleExact(reference, text));
      if (!judge) return exact;
      const said = await judgeByServer(judge, questionOf(row), reference, text);
      return {
        ...exact,
        judged: said === null ? null : said.correct,
        ...(said === null
          ? {}
          : { judgedAnswer: said.extracted.slice(0, 200) }),
      };
    },
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

/** Domain → its grader. */
export const ROW_GRADERS: Readonly<
  Partial<Record<FileDomain, (options: GraderOptions) => RowGrader>>
> = {
  math: mathGrader,
  science: scienceGrader,
  hle: hleGrader,
  coding: codingGrader,
  instruction: instructionGrader,
  agent: agentGrader,
};
