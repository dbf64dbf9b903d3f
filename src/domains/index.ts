/**
 * domains: what is asked and how an answer is verified, at any scale.
 *
 * Five domains as in the paper; each is a `DomainSpec` (prompt and answer format, verifier, environment) in a folder of its own.
 * Where tasks come from is another matter: the small world (`world`) is one source of them.
 *
 * Exports: types (`Task`, `Verdict`, `DomainSpec` …), `DOMAINS`, `spec`, `taskMessages`, `lastBoxed`, `readAnswer`, the
 * graders of mathematics (`GRADERS`, `gradeMath`), multiple choice and short answers of real data (`gradeLetter`, `readChoice`, `scoreHle`), constraints
 * (`CONSTRAINTS`, `constraint`, `followInstructions`), tool environments (`toolEnvironment`, `toolEpisode`), the workplace assistant (`isSolved`, `loadWorkplace`, `WORKPLACE_TOOLS`) and
 * BFCL's single-turn check (`checkCalls`), multi-turn check (`checkTurns`) and overall score (`bfclOverall`), Python programs
 * (`gradeProgram`, `gradePython` with the executors `embedded` and `sandboxFusion`), and `files` (benchmarks and training data as files).
 *
 * @module
 */
export {
  taskMessages,
  type DomainSpec,
  type Environment,
  type FinishReason,
  type Split,
  type Verdict,
} from "./task.js";
export * as files from "./files/index.js";
export { DOMAINS, spec, type Domain, type Task } from "./specs.js";
export {
  GRADERS,
  gradeMath,
  lastBoxed,
  mathData,
  type Grade,
  type GradeOptions,
  type GradeOutcome,
  type Grader,
  type GraderName,
  type MathData,
} from "./math/index.js";
export {
  defaultExecutor,
  embedded,
  gradeProgram,
  gradePython,
  PYTHON_LIMITS,
  sandboxFusion,
  type AnswerGrade,
  type EmbeddedOptions,
  type ProgramGrade,
  type PythonExecutor,
  type PythonLimits,
  type PythonOutcome,
  type PythonProblem,
  type PythonRun,
  type PythonTest,
  type SandboxFusionOptions,
  type TestGrade,
  type TestVerdict,
} from "./coding/index.js";
export {
  gradeHleExact,
  gradeLetter,
  judgeByServer,
  judgePrompt,
  parseJudgement,
  readAnswer,
  readChoice,
  readHleResponse,
  scoreHle,
  type Choice,
  type Choices,
  type HleResponse,
  type HleScore,
  type Judgement,
  type JudgeServer,
  type LetterAnswer,
} from "./science/index.js";
export {
  constraint,
  CONSTRAINTS,
  followInstructions,
  type Constraint,
  type ConstraintOptions,
  type Family,
  type Followed,
  type InstructionData,
  type FollowOptions,
  type Kwargs,
  type KwargType,
} from "./instruction/index.js";
export {
  BFCL_CATEGORIES,
  BFCL_CLASSES,
  bfclOverall,
  checkCalls,
  checkTurns,
  environmentTools,
  isSolved,
  loadWorkplace,
  readBfclCall,
  readLongContext,
  replayed,
  runTool,
  schemaFault,
  tool,
  toolEnvironment,
  toolEpisode,
  ToolFailure,
  ToolSession,
  WORKPLACE_TOOLS,
  type ArgumentsOf,
  type CallAnswer,
  type EnvironmentTool,
  type EpisodeCall,
  type EpisodeOptions,
  type Placed,
  type PlacedCall,
  type Schema,
  type ToolEnvironment,
  type ToolEnvironmentOptions,
  type ToolEpisode,
  type ToolOutcome,
  type ValueOf,
  type BfclAnswer,
  type BfclCall,
  type BfclCategory,
  type BfclClass,
  type BfclConfig,
  type BfclFunction,
  type BfclKind,
  type BfclLanguage,
  type BfclOverall,
  type BfclParameter,
  type BfclScore,
  type BfclStart,
  type CheckCallsOptions,
  type CheckTurnsOptions,
  type LongContext,
  type MultiTurnTask,
  type Cell,
  type Row,
  type Table,
  type WorkplaceTables,
} from "./agent/index.js";
