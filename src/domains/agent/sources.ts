/** What tasks of agents need beside themselves, from the folders that the environment names. */
import { join } from "node:path";
import { InfrastructureError } from "../../error.js";
import { BUDGETS, readText } from "../../io/index.js";
import { readLongContext, type LongContext } from "./bfcl/index.js";
import { loadWorkplace, type WorkplaceTables } from "./workplace/index.js";

/** What tasks need beside themselves. */
export interface AgentSources {
  /** Tables of the workplace assistant, from `loadWorkplace`. */
  tables?: WorkplaceTables | undefined;
  /** What BFCL's long-context category adds, from `readLongContext`. */
  long?: LongContext | undefined;
}

/** Folder of the tables of the workplace assistant: `csv_data` as NeMo-Gym publishes it. */
const TABLES = "M2RL_WORKPLACE";

/** Folder of `m2rl benchmarks fetch bfcl`, which has what the long-context category adds. */
const BFCL = "M2RL_BFCL";

/** Variable and folder → what was read there. */
const kept = new Map<string, unknown>();

/** What lies in the folder that a variable names, read once; undefined where it names none. */
function once<T>(variable: string, read: (folder: string) => T): T | undefined {
  const folder = process.env[variable];
  if (!folder) return undefined;
  const key = `${variable}=${folder}`;
  if (!kept.has(key))
    try {
      kept.set(key, read(folder));
    } catch (error) {
      // The fault is not the task's.
      throw new InfrastructureError(
        `agent: ${variable} must name a folder that can be read: ${(error as Error).message}`,
        { cause: error },
      );
    }
  return kept.get(key) as T;
}

/**
 * The sources that M2RL_WORKPLACE and M2RL_BFCL name; each is read when it is first needed, once a process.
 *
 * @example
 * agentSources().tables // undefined where M2RL_WORKPLACE names no folder
 */
export function agentSources(): AgentSources {
  return {
    get tables() {
      return once(TABLES, loadWorkplace);
    },
    get long() {
      return once(BFCL, (folder) =>
        readLongContext(
          readText(
            join(folder, "long_context.py"),
            BUDGETS.lines,
            (why, cause) => new InfrastructureError(why, { cause }),
          ),
        ),
      );
    },
  };
}

/**
 * What a task needs.
 *
 * @throws InfrastructureError it is not there
 */
export function needed<T>(
  source: T | undefined,
  what: string,
  variable: "M2RL_WORKPLACE" | "M2RL_BFCL",
  id: string,
): T {
  if (source !== undefined) return source;
  throw new InfrastructureError(
    `agent: task ${JSON.stringify(id)} needs ${what}; ${variable} names their folder`,
  );
}
