/** What an instruction task carries: the two columns of the real IFEval files, and the topic of the toy prompt. */
import { TaskError } from "../../error.js";
import type { Task } from "../task.js";
import type { Kwargs } from "./constraints/index.js";

/** Data of an instruction task; the names with underscores are those of the real files. */
export interface InstructionData {
  instruction_id_list: string[];
  kwargs: (Kwargs | null)[];
  /** Adjective and noun that the toy text is about; never checked. Missing for real prompts. */
  topic?: [string, string];
}

/**
 * The data of a task, checked.
 *
 * @throws TaskError the lists are missing, empty or differ in length
 */
export function instructionData(task: Task): InstructionData {
  const data = task.data as Partial<InstructionData> | null | undefined;
  const ids = data?.instruction_id_list;
  const kwargs = data?.kwargs;
  if (
    !Array.isArray(ids) ||
    !Array.isArray(kwargs) ||
    ids.length === 0 ||
    ids.length !== kwargs.length
  ) {
    throw new TaskError(
      `instruction: task must hold instruction_id_list and kwargs of one length, got task ${JSON.stringify(task.id)}`,
    );
  }
  return data as InstructionData;
}
