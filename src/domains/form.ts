/** How the tasks of a whole study are put to models and when answers count. */
import { spec, type Domain, type Task } from "./specs.js";
import type { TaskForm } from "./task.js";

/** Forms of answers: options of a study, or of a run. */
export interface AnswerForm {
  /** Whose chat template renders prompts: this library's, the default, or that of the model's folder, whose tokens then end a turn too. */
  template?: "ours" | "folder";
  /** "think", the default: an answer must close its thought by `</think>`; "none": what does not think is an answer too. */
  gate?: "think" | "none";
  /** Most new tokens of one turn, by domain; default those of the domains. */
  maxNewTokens?: Partial<Record<Domain, number>>;
}

/**
 * The same task in a form; one whose form is that of its domain stays as it is.
 *
 * @example
 * inForm(task, { gate: "none", maxNewTokens: { math: 48 } }).form // { gate: "none", maxNewTokens: 48 }
 */
export function inForm(
  task: Task,
  { template, gate, maxNewTokens }: AnswerForm,
): Task {
  const most = maxNewTokens?.[task.domain];
  const form: TaskForm = {
    ...(template === "folder" && { template }),
    ...(gate === "none" && { gate }),
    ...(most !== undefined && { maxNewTokens: most }),
  };
  return Object.keys(form).length === 0 ? task : { ...task, form };
}

/** Most new tokens of one turn of a task. */
export function turnLimit({ domain, form }: Task): number {
  return form?.maxNewTokens ?? spec(domain).maxNewTokens;
}
