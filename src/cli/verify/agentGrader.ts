/** How rows of agents are graded: completions with tool calls, of one turn or of several. */
import { join } from "node:path";
import {
  gradeAgent,
  loadWorkplace,
  readLongContext,
  type CallVerdict,
  type GradeAgentOptions,
} from "../../domains/index.js";
import { TaskError } from "../../error.js";
import { BUDGETS, readText } from "../../io/index.js";
import type { Graded, VerifyRow } from "./row.js";

/** Folder of the tables of the workplace assistant: `csv_data` as NeMo-Gym publishes it. */
const TABLES = "M2RL_WORKPLACE";

/** Folder of `m2rl benchmarks fetch bfcl`, which has what the long-context category adds. */
const BFCL = "M2RL_BFCL";

/** What the environment names, read when the first row is graded. */
function sources(): GradeAgentOptions {
  const { [TABLES]: tables, [BFCL]: bfcl } = process.env;
  return {
    ...(tables ? { tables: loadWorkplace(tables) } : {}),
    ...(bfcl
      ? {
          long: readLongContext(
            readText(
              join(bfcl, "long_context.py"),
              BUDGETS.lines,
              (why, cause) => new TaskError(`verify: ${why}`, { cause }),
            ),
          ),
        }
      : {}),
  };
}

/** What the model wrote, by user turns and steps. */
function turnsOf({ id, completion, turns }: VerifyRow): string[][] {
  if (turns === undefined) return [[completion]];
  const isText = (value: unknown): value is string => typeof value === "string";
  const list = turns.map((turn) => (Array.isArray(turn) ? turn : [turn]));
  if (!list.every((turn): turn is string[] => turn.every(isText)))
    throw new TaskError(
      `verify: row ${JSON.stringify(id)}: turns must be texts, or lists of texts`,
    );
  return list;
}

/** The verdict of the library; where it lacks a source, what names it. */
function judged(...args: Parameters<typeof gradeAgent>): CallVerdict {
  try {
    return gradeAgent(...args);
  } catch (error) {
    const { message } = error as Error;
    const name = /the tables of the workplace assistant$/.test(message)
      ? TABLES
      : /long must hold/.test(message)
        ? BFCL
        : null;
    if (name === null) throw error;
    throw new TaskError(`${message}; ${name} names their folder`, {
      cause: error,
    });
  }
}

/** The grader of agents: its verdicts say of each call whether it failed, and whether it was repaired. */
export function agentGrader(): {
  name: string;
  batch: number;
  grade(row: VerifyRow): Graded;
} {
  let options: GradeAgentOptions | undefined;
  return {
    name: "agent",
    batch: 20,
    grade(row) {
      options ??= sources();
      if (!row.task)
        throw new TaskError(
          `verify: row ${JSON.stringify(row.id)} must have a task: --domain agent grades no bare answers`,
        );
      const { reward, outcome, detail, calls } = judged(
        row.task,
        turnsOf(row),
        row.finish,
        options,
      );
      return {
        reward,
        outcome: outcome === "correct" ? "right" : outcome,
        ...(detail === undefined ? {} : { detail }),
        calls,
      };
    },
  };
}
