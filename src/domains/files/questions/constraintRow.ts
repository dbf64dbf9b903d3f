/** Rows of IFEval and IFBench → tasks of instruction following. */
import {
  constraint,
  type Kwargs,
} from "../../instruction/constraints/index.js";
import type { Task } from "../../specs.js";
import type { PlacedRow } from "../streamRows.js";
import { at, textOf, textsOf } from "./place.js";

/** Arguments without the nulls that a table's columns bring. */
function given(value: unknown): Kwargs {
  return Object.fromEntries(
    Object.entries((value ?? {}) as object).filter(
      ([, field]) => field !== null && field !== undefined,
    ),
  );
}

/**
 * Read one row of IFEval or IFBench.
 *
 * @param name  ifeval or ifbench
 * @throws TaskError a column is missing, a constraint unknown or without one of its arguments; names file and line
 */
export function readConstraintRow(
  name: string,
  { row, where }: PlacedRow,
): Task {
  return at("readConstraintRow", where, (refuse) => {
    const ids = textsOf(row, "instruction_id_list", refuse);
    const { kwargs: list } = row;
    if (!Array.isArray(list) || list.length !== ids.length || ids.length === 0)
      return refuse(
        `kwargs must be a list as long as instruction_id_list, which has ${ids.length}`,
      );
    const kwargs = list.map(given);
    // Unknown ids and missing arguments are errors here, not at the first verdict.
    ids.forEach((id, i) => constraint(id, kwargs[i]!));
    return {
      id: `${name}/${textOf(row, "key", refuse)}`,
      domain: "instruction",
      kind: name,
      prompt: textOf(row, "prompt", refuse),
      data: { instruction_id_list: ids, kwargs },
    };
  });
}
