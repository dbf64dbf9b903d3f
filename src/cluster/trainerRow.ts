/** A task as a row of the files that trainers elsewhere read. */
import { spec, taskMessages, type Task } from "../domains/index.js";
import type { Message } from "../tokenizer/index.js";

/** One row, with the columns of TRL (`prompt`, `label`), slime (`metadata`, `tools`) and verl (`data_source`, `reward_model`). */
export interface TrainerRow {
  /** The conversation up to the answer; the trainer's tokenizer renders it. */
  prompt: readonly Message[];
  /** The task as JSON in a string, so that columns of several domains have one type; goes back to `m2rl rewards` as it is. */
  label: string;
  /** The tools that the template lists, as JSON text of a list in OpenAI's form; "[]" where there are none. */
  tools: string;
  data_source: string;
  reward_model: { style: "rule"; ground_truth: string };
  metadata: { rm_type: "remote_rm"; source_name: string; uid: string };
}

/**
 * The row of a task.
 *
 * @example
 * trainerRow(task).data_source // task.domain
 */
export function trainerRow(task: Task): TrainerRow {
  const label = JSON.stringify(task);
  const tools = spec(task.domain).tools?.(task) ?? [];
  return {
    prompt: taskMessages(task),
    label,
    tools: JSON.stringify(
      tools.map((own) => ({ type: "function", function: own })),
    ),
    data_source: task.domain,
    reward_model: { style: "rule", ground_truth: label },
    metadata: { rm_type: "remote_rm", source_name: task.domain, uid: task.id },
  };
}
