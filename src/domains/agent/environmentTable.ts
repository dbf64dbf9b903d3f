/** The table of tool environments that a task may name: one is added by one name and one row here, and a file that holds the row. */
import type { ToolEnvironment } from "./environments/index.js";
import { NANO_WORKPLACE } from "./tools.js";

/**
 * Name → environment. A task names one in `data.environment`, gives the state at the start in `data.state` (left out: the
 * environment's own) and the calls that solve it in `data.calls`.
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what a state is, only its environment knows
export const TOOL_ENVIRONMENTS: Readonly<Record<string, ToolEnvironment<any>>> =
  {
    nanoWorkplace: NANO_WORKPLACE,
  };
