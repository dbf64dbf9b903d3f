/** What the small world must know of a domain: how its tasks are drawn, and how the noisy demonstrator answers them. */
import type { Domain, Task } from "../domains/task.js";
import type { Random } from "../random.js";
import type { Message } from "../tokenizer/message.js";

/** How the noisy demonstrator writes: with reasoning or without, and how often one step goes wrong. */
export interface DemonstrationOptions {
  /** True: reasoning lines inside `<think>`; false: an empty think block and a guess. */
  careful: boolean;
  /** Probability of an error per step, in [0, 1]. 0 gives a correct demonstration when `careful`. */
  slip: number;
}

/** A family of problems inside a domain. */
export interface Kind {
  name: string;
  heldOut: boolean;
}

/** One domain of the small world: everything that is particular to it. */
export interface WorldSpec {
  name: Domain;
  /** Families of problems; a `heldOut` family is never trained by RL, only benchmarked (IFBench's constraint types). */
  kinds: readonly Kind[];
  /** Draw one task of a difficulty level (1, 2, 3) and one of the named kinds, from the whole space; callers select the split. */
  generate(random: Random, level: number, kinds: readonly string[]): Task;
  /** Messages after the user's: assistant turns, and tool results between them. */
  demonstrate(
    task: Task,
    random: Random,
    options: DemonstrationOptions,
  ): Message[];
}
