/** What an English source of tasks has for one domain. */
import type { Task } from "../../domains/index.js";
import type { Random } from "../../random.js";
import type { Kind } from "../spec.js";

/** The tasks of one domain. */
export interface EnglishSource {
  /** Families of problems; a `heldOut` family is never trained, only measured. */
  kinds: readonly Kind[];
  /** Draw one task of one of the named kinds, from the whole space; callers select the split. */
  generate(random: Random, kinds: readonly string[]): Task;
}
