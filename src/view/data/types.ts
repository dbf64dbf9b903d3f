/** What the pages show, as plain JSON: made on the server or for an export, read in the browser. */
import type { Standing } from "../../study/watch/standing.js";

/** How a model or domain is drawn. */
export interface Style {
  label: string;
  color: string;
  /** SVG dash pattern; "none" for a solid line. */
  dash: string;
}

/** One model of the study. */
export interface ModelInfo extends Style {
  name: string;
  /** Entry of the study file. */
  list: string;
  by: string;
  role: string;
  domains: readonly string[];
  /** References of what it is made from, by what they are to it. */
  from: Readonly<Record<string, readonly string[]>>;
  /** Optimizer steps; null where it is not trained. */
  steps: number | null;
  options: Readonly<Record<string, unknown>>;
}

/** One measure of the study. */
export interface MeasureInfo {
  name: string;
  by: string;
  about: string;
}

/** One stage with where it stands. */
export interface StageInfo {
  id: string;
  kind: string;
  seed: number;
  model: string;
  standing: Standing;
  /** Whether what it wrote is here. */
  isHere: boolean;
  needs: string[];
  /** Estimated seconds of one core, before it is done. */
  estimate: number;
  /** While it is made, or where it ended. */
  progress: {
    done: number;
    total: number;
    seconds: number;
    left: number | null;
    error: string | null;
    host: string;
  } | null;
  /** Of a finished stage. */
  note: {
    seconds: number;
    /** Tokens by kind; empty where nothing was sampled or trained. */
    tokens: Readonly<Record<string, number>>;
    flops: number;
    engine: string;
    hash: string;
    inputs: Readonly<Record<string, string>>;
  } | null;
}

/** A study and where it stands. */
export interface StudyInfo {
  name: string;
  profile: string;
  profiles: readonly string[];
  /** Whether this page follows what happens; an export does not. */
  isLive: boolean;
  seeds: readonly number[];
  domains: readonly ({ name: string } & Style)[];
  /** Parameters of the base model; null where it is not here. */
  parameters: number | null;
  models: ModelInfo[];
  measures: MeasureInfo[];
  stages: StageInfo[];
  /** Whether a run works in the folder; "abandoned": it was killed. */
  run: "held" | "abandoned" | null;
}

/** A training log that is there. */
export interface RunInfo {
  model: string;
  seed: number;
  steps: number;
  /** Names of its numbers, nested ones with dots: "reward", "rewards.math". */
  metrics: string[];
}

/** The numbers of one training log; null where a line has none. */
export interface Curve {
  model: string;
  seed: number;
  /** Steps, at most `POINTS`; of a longer log each point is the mean of several. */
  step: number[];
  values: Record<string, (number | null)[]>;
}

/** A benchmark as tables name it. */
export interface BenchmarkInfo {
  name: string;
  label: string;
  title: string;
  domain: string;
}

/** A number with its 95 % interval, points. */
export interface Cell {
  value: number;
  low: number;
  high: number;
  /** Items and seeds that it is from. */
  items: number;
  seeds: number;
}

/** Scores, or paired differences with one model. */
export interface ScoreTable {
  measure: string;
  /** Model that the others are compared with; null: scores. */
  against: string | null;
  benchmarks: BenchmarkInfo[];
  /** A cell a benchmark in their order, and the average of all of them; null where records are missing. */
  rows: { model: string; cells: (Cell | null)[]; average: Cell | null }[];
}

/** Where completions are. */
export interface RecordPlace {
  measure: string;
  /** Null where benchmarks are sampled at different temperatures. */
  temperature: number | null;
  seeds: number[];
  benchmarks: BenchmarkInfo[];
  models: string[];
}

/** Outcomes of samples, one letter each. */
export const OUTCOMES = {
  c: "correct",
  w: "wrong",
  n: "noAnswer",
  t: "truncated",
} as const;

/** Records of one model on one benchmark and seed; sample s of task i stands at i · samples + s. */
export interface ModelRecords {
  /** A letter a sample. */
  outcomes: string;
  tokens: number[];
  /** Places whose text was kept. */
  kept: number[];
}

/** All records of one benchmark and seed. */
export interface Block {
  benchmark: string;
  samples: number;
  tasks: string[];
  /** Prompts in the order of the tasks; null where they are not known. */
  prompts: (string | null)[];
  models: Record<string, ModelRecords>;
}

/** What was kept of a completion. */
export interface KeptText {
  completion: string;
  detail: string | null;
  /** Tokens with the natural log-probability of those that the model sampled, where they were kept. */
  pieces: { text: string; logprob: number | null }[] | null;
}

/** A block with its texts, as an export holds it. */
export interface WholeBlock extends Block {
  texts: Record<string, Record<number, KeptText>>;
}

/** Which tasks of a block are wanted. */
export interface TaskQuery {
  models: string[];
  /** Only tasks with such a sample of one of the models; "" all. */
  outcome: string;
  /** Only tasks in which at one sample one model is right and another is not. */
  differ: boolean;
  /** Only tasks with a kept text. */
  kept: boolean;
  /** In prompt, name or kept texts, whatever the case. */
  text: string;
  page: number;
}

/** One page of tasks. */
export interface TaskPage {
  page: number;
  pages: number;
  /** Tasks that fit, of all. */
  count: number;
  all: number;
  samples: number;
  rows: {
    task: string;
    prompt: string | null;
    /** Letters of each model's samples, in the order asked for. */
    outcomes: string[];
    /** Whether a text of it was kept. */
    kept: boolean;
  }[];
}

/** One sample of several models, side by side. */
export interface SampleView {
  task: string;
  prompt: string | null;
  sample: number;
  samples: number;
  /** Names of the tasks before and behind it in the block. */
  before: string | null;
  after: string | null;
  cells: {
    model: string;
    outcome: string | null;
    tokens: number | null;
    text: KeptText | null;
  }[];
}

/** A claim of the paper with the study's verdict. */
export interface ClaimInfo {
  id: string;
  finding: string;
  /** The claim in words, and where the paper makes it. */
  statement: string;
  source: string;
  verdict: string;
  why: string;
  /** Unit of the number. */
  unit: string;
  value: number | null;
  low: number | null;
  high: number | null;
  note: string | null;
  seeds: number;
  /** Measure whose records decide it, and the file of the numbers. */
  measure: string | null;
  file: string | null;
  /** Numbers that decide it. */
  numbers: {
    measure: string;
    value: number | null;
    low: number | null;
    high: number | null;
    note: string | null;
  }[];
}
