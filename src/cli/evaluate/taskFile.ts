/** A file of tasks, as `m2rl tasks` writes it. */
import { basename } from "node:path";
import { DOMAINS, files, type Task } from "../../domains/index.js";
import { TaskError } from "../../error.js";

/** Tasks under the name that records and tables call them by. */
export interface NamedTasks {
  name: string;
  title: string;
  tasks: Task[];
}

/**
 * Read the tasks of a file, or the first of them.
 *
 * @param items  most tasks; default all
 * @throws TaskError a line is not a task; names file and line
 */
export async function readTaskFile(
  path: string,
  items: number = Infinity,
): Promise<NamedTasks> {
  const tasks: Task[] = [];
  for await (const { row, where } of files.streamRows(path)) {
    if (tasks.length === items) break;
    const { id, domain, prompt, data } = row as Partial<Task>;
    if (
      typeof id !== "string" ||
      typeof prompt !== "string" ||
      data === undefined
    )
      throw new TaskError(
        `evaluate: ${where} must be a task with id, domain, prompt and data`,
      );
    if (!DOMAINS.some((known) => known === domain))
      throw new TaskError(
        `evaluate: ${where}: domain must be one of ${DOMAINS.join(", ")}, got ${JSON.stringify(domain ?? null)}`,
      );
    tasks.push(row as unknown as Task);
  }
  const name = basename(path).replace(/\.jsonl(\.gz)?$/, "");
  return { name, title: name, tasks };
}
