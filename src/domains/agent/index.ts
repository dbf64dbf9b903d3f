/**
 * Agent: requests to an assistant that works with a directory, a calendar, emails and tasks through seven tools; only the final
 * state of the tables is judged. It is the paper's workplace assistant (NeMo-Gym) made small, in the real tool-call format.
 *
 * Exports: `agent` (the domain), `execute` and `TOOLS` (the tools), `sameState` and `replay` (the judgement), `gradeAgent` (turns of any agent task), `agentEpisode` (the same, turn by
 * turn), `agentTools` (what the prompt of a task lists), `agentSources` (what such tasks need beside themselves), data types;
 * from `workplace/` the full-size assistant (27 tools on tables from files), from `bfcl/` the checks of BFCL v3, from
 * `environments/` what all of them are made with: tool environments.
 */
import type { DomainSpec } from "../task.js";
import { agentTools } from "./agentTools.js";
import { agentEpisode, MOST_TURNS } from "./environment.js";

export * from "./bfcl/index.js";
export * from "./environments/index.js";
export * from "./workplace/index.js";
export type {
  AgentData,
  CalendarEvent,
  WorkRequest,
  Workplace,
} from "./data.js";
export { agentTools } from "./agentTools.js";
export { agentEpisode } from "./environment.js";
export { TOOL_ENVIRONMENTS } from "./environmentTable.js";
export { gradeAgent, type AgentTurns } from "./gradeAgent.js";
export { agentSources, type AgentSources } from "./sources.js";
export { sameState } from "./state.js";
export { execute, TOOLS, type ToolResult } from "./tools.js";

/** The agent domain. */
export const agent: DomainSpec = {
  style: { label: "Agent", color: "#e3b21c", dash: "4 2", symbol: "star" },
  expert: "RL-Agent",
  reasoning: false,
  rlPrompts: 10229,
  maxNewTokens: 56,
  maxTurns: MOST_TURNS,
  tools: agentTools,
  verify(task, completion, finish) {
    const episode = agentEpisode(task);
    // A truncated turn may hold half a call; nothing of it is executed.
    if (finish === "stop") episode.step(completion);
    return episode.verdict(finish);
  },
  environment: (task) => agentEpisode(task),
};
