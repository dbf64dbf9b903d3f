/**
 * Agent: one or two requests to an assistant that works with a directory, a calendar, emails and tasks through seven tools. The
 * requests need look-ups and a little arithmetic; only the final state of the tables is judged. It is the paper's workplace
 * assistant (NeMo-Gym) at a size that fits in a few hundred tokens, in the real tool-call format.
 *
 * Exports: `agent` (the domain), `execute` and `TOOLS` (the tools), `sameState` and `replay` (the judgement), data types.
 */
import type { DomainSpec } from "../task.js";
import { demonstrate } from "./demonstrate.js";
import { environment, MAX_TURNS, verify } from "./environment.js";
import { generate } from "./generate.js";
import { TOOLS } from "./tools.js";

export type {
  AgentData,
  CalendarEvent,
  WorkRequest,
  Workplace,
} from "./data.js";
export { replay, sameState } from "./state.js";
export { execute, TOOLS, type ToolResult } from "./tools.js";

/** The agent domain. The template can list the tools; nano prompts leave them out, since the list alone is longer than an episode. */
export const agent: DomainSpec = {
  name: "agent",
  maxNewTokens: 56,
  maxTurns: MAX_TURNS,
  tools: TOOLS,
  kinds: [{ name: "workplace", heldOut: false }],
  generate,
  verify,
  environment,
  demonstrate,
};
