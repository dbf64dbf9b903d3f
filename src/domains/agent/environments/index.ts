/**
 * Tool environments: one typed object holds a state, the tools that read and change it, and what of it counts. The nano world's
 * assistant, the workplace assistant and BFCL's classes are such objects; a user's own is made in the same way.
 *
 * Exports: `toolEnvironment`, `tool`, `environmentTools`, `ToolFailure` (to make one), `runTool`, `ToolSession`, `replayed` (to run calls),
 * `toolEpisode` (to judge a model's turns), `schemaFault` (what is wrong with a value), types.
 */
export {
  toolEpisode,
  type EpisodeCall,
  type EpisodeOptions,
  type ToolEpisode,
} from "./episode.js";
export { schemaFault, type Schema, type ValueOf } from "./schema.js";
export {
  replayed,
  runTool,
  ToolSession,
  type CallAnswer,
  type Placed,
  type PlacedCall,
  type ToolOutcome,
} from "./session.js";
export {
  environmentTools,
  tool,
  toolEnvironment,
  ToolFailure,
  type ArgumentsOf,
  type EnvironmentTool,
  type ToolEnvironment,
  type ToolEnvironmentOptions,
} from "./toolEnvironment.js";
