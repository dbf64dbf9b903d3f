/** How rows of agents are graded: completions with tool calls, of one turn or of several. */
import { gradeAgent, type AgentTurns } from "../../domains/index.js";
import { TaskError } from "../../error.js";
import type { Graded, VerifyRow } from "./row.js";

/** What the model wrote: its steps, or by user turns and steps, where a text alone is a turn of one step. */
function turnsOf({ id, completion, turns }: VerifyRow): AgentTurns {
  if (turns === undefined) return [completion];
  const isText = (value: unknown): value is string => typeof value === "string";
  if (turns.every(isText)) return turns;
  const list = turns.map((turn) => (Array.isArray(turn) ? turn : [turn]));
  if (!list.every((turn): turn is string[] => turn.every(isText)))
    throw new TaskError(
      `verify: row ${JSON.stringify(id)}: turns must be texts, or lists of texts`,
    );
  return list;
}

/** The grader of agents: its verdicts say of each call whether it failed, and whether it was repaired. */
export function agentGrader(): {
  name: string;
  batch: number;
  grade(row: VerifyRow): Graded;
} {
  return {
    name: "agent",
    batch: 20,
    grade(row) {
      if (!row.task)
        throw new TaskError(
          `verify: row ${JSON.stringify(row.id)} must have a task: --domain agent grades no bare answers`,
        );
      const { reward, outcome, detail, calls } = gradeAgent(
        row.task,
        turnsOf(row),
        row.finish,
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
