/** What the small world must know of a domain: how its tasks are drawn, and how the noisy demonstrator answers them. */
import type { Task } from "../domains/index.js";
import type { Random } from "../random.js";
import type { Message } from "../tokenizer/message.js";

/** How the noisy demonstrator writes: with reasoning or without, and how often one step goes wrong. */
export interface DemonstrationOptions {
  /** True: reasoning lines inside `<think>`; false: an empty think block and a guess. */
  careful: boolean;
  /** Probability of an error per step, in [0, 1]. 0 gives a correct demonstration when `careful`. */
  slip: number;
  /**
   * True: a careful demonstration that leaves out steps, or in the agent's domain all look-ups. It states what is right, but a
   * small model that imitates it must do in its head what it cannot: which way pays is left to find out. Default false; where neither is
   * said, an instruction's wishes are not said again before the draft, as in the easy world.
   */
  shortcut?: boolean;
}

/** A family of problems inside a domain. */
export interface Kind {
  name: string;
  heldOut: boolean;
}

/** How hard the tasks are: "easy" is levels 1 to 3, "hard" keeps these for the base model and asks for levels 4 and 5. */
export const DIFFICULTIES = ["easy", "hard"] as const;

/** One of them. */
export type Difficulty = (typeof DIFFICULTIES)[number];

/** Which levels the tasks of each phase have; a level that stands twice is drawn twice as often. */
export interface PhaseLevels {
  /** Documents of the pre-training corpus. */
  corpus: readonly number[];
  /** Demonstrations of fine-tuning. */
  sft: readonly number[];
  /** Tasks of reinforcement learning. */
  rl: readonly number[];
}

/** One source of the SFT blend: a row of the paper's Table 1. */
export interface BlendRow {
  source: string;
  /** Row of the paper's table, from 1; a source that the paper does not have comes after them. */
  row: number;
  /** Data set of the paper. */
  paperName: string;
  /** Samples in the paper's blend. */
  paperSamples: number;
  /** Share of the paper's blend as printed, percent. */
  paperPercent: number;
  /** The paper's words. */
  sampling: "random sampling" | "repeat 10×" | "use all";
  /** Different examples available, per example of the blend; our choice where the paper does not say. */
  unique: number;
}

/** How a task is worked out in lines, where its answer is one number. */
export interface Solution {
  lines: string[];
  answer: number;
}

/** How answers of a domain are reviewed: as claims, alone or with the lines that led to them (`makeReview`). */
export interface ReviewSpec {
  /** Whether answers to this task can be reviewed. */
  fits(task: Task): boolean;
  /** An answer of the demonstrator, its lines and its claim: right at slip 0. */
  answer(
    task: Task,
    random: Random,
    slip: number,
  ): { lines: string[]; claim: string };
  /** What an answer claims, from its text after `</think>`; null where it claims nothing that can be reviewed. */
  read(task: Task, answer: string, random: Random): string | null;
  isRight(task: Task, claim: string): boolean;
  /** The lines of an answer with this claim, if no step goes wrong. */
  rightLines(task: Task, claim: string): string[];
  /**
   * Lines that find out whether a claim is right.
   *
   * @param isWalked  whether `rightLines` stand above them already
   */
  examine(task: Task, claim: string, isWalked: boolean): string[];
}

/** One domain of the small world: everything that is particular to it. */
export interface WorldSpec {
  /** Families of problems; a `heldOut` family is never trained by RL, only benchmarked (IFBench's constraint types). */
  kinds: readonly Kind[];
  /** Draw one task of a difficulty level (1 to 5) and one of the named kinds, from the whole space; callers select the split. */
  generate(random: Random, level: number, kinds: readonly string[]): Task;
  /** Levels of each phase by difficulty. */
  levels: Readonly<Record<Difficulty, PhaseLevels>>;
  /** How often the domain is drawn among the task documents of the pre-training corpus, relative to the others. */
  corpusWeight: number;
  /** Its source of the SFT blend; `heldOutShare`: share of examples of held-out kinds, which SFT knows and RL never trains. */
  blend: BlendRow & { heldOutShare?: number };
  /** Which kinds have one number as their answer, so that a claimed answer can be checked, and how they are solved. */
  checks?: {
    kinds: readonly string[];
    solve(task: Task, random: Random, slip: number): Solution;
  };
  /** How answers are reviewed, alone or with their lines; absent where they cannot be. */
  review?: ReviewSpec;
  /** Messages after the user's: assistant turns, and tool results between them. */
  demonstrate(
    task: Task,
    random: Random,
    options: DemonstrationOptions,
  ): Message[];
}
