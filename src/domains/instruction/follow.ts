/** Which of several constraints a response follows, strictly or loosely. */
import { TaskError } from "../../error.js";
import {
  constraint,
  type ConstraintOptions,
  type Kwargs,
} from "./constraints/index.js";
import { strip } from "./python/text.js";

/** Options of `followInstructions`. */
export interface FollowOptions extends ConstraintOptions {
  /** Whether eight variants of the response are tried for each constraint; default false. */
  loose?: boolean;
}

/** What a response follows: each constraint, and all of them. */
export interface Followed {
  /** In the order of the ids: their mean over a benchmark is the instruction-level score. */
  instructions: boolean[];
  /** Whether all hold: its mean over a benchmark is the prompt-level score. */
  prompt: boolean;
}

/** The response as it stands, without its first line, its last, both, and each of these without stars. */
function variants(response: string): string[] {
  const lines = response.split("\n");
  const cut = [
    response,
    strip(lines.slice(1).join("\n")),
    strip(lines.slice(0, -1).join("\n")),
    strip(lines.slice(1, -1).join("\n")),
  ];
  return [...cut, ...cut.map((text) => text.replaceAll("*", ""))];
}

/**
 * Check a response against constraints.
 *
 * Source: strict and loose accuracy of IFEval (Zhou et al. 2023, §3). A checker that raises an error in the reference (a
 * response without words, say) counts as not followed.
 *
 * @param ids       constraint ids
 * @param kwargs    arguments of each, null where there are none
 * @param response  the text after the reasoning
 * @throws TaskError the lists differ in length, or an id or argument is not valid
 * @example
 * followInstructions(["punctuation:no_comma"], [null], "Sure, here:\nno comma", { loose: true }).prompt   // true
 */
export function followInstructions(
  ids: readonly string[],
  kwargs: readonly (Kwargs | null)[],
  response: string,
  { loose = false, ...options }: FollowOptions = {},
): Followed {
  if (ids.length === 0 || ids.length !== kwargs.length)
    throw new TaskError(
      `followInstructions: ids and kwargs must have one length of at least 1, got ${ids.length} and ${kwargs.length}`,
    );
  const texts = loose ? variants(response) : [response];
  const instructions = ids
    .map((id, i) => constraint(id, kwargs[i], options))
    .map((holds) => texts.some((text) => holds(text)));
  return { instructions, prompt: instructions.every(Boolean) };
}
