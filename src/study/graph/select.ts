/** Part of a study: the stages that some names mean, with everything they depend on. */
import { StudyError } from "../../error.js";
import { hint } from "../../nearest.js";
import type { StudySpec } from "./model.js";
import type { Stage } from "./stage.js";

/**
 * The stages that some names mean, with everything they depend on.
 *
 * The name of a model or of a list of models means these models in every seed; any other name is a run of path parts of stages, the last
 * of which may be a list: "analysis", "scores/math", "scores/experts", "seed2".
 *
 * @param names  one name, or several with commas between them
 * @throws StudyError no stage fits one of them
 */
export function select(
  stages: readonly Stage[],
  names: string,
  { lists }: Pick<StudySpec, "lists">,
): Stage[] {
  const wanted = new Set(
    names.split(",").flatMap((name) => named(stages, name.trim(), lists)),
  );
  for (const stage of [...stages].reverse()) {
    if (!wanted.has(stage.id)) continue;
    for (const { stage: needed } of Object.values(stage.inputs))
      if (needed !== null) wanted.add(needed);
  }
  return stages.filter((stage) => wanted.has(stage.id));
}

/** Ids of the stages that one name means. */
function named(
  stages: readonly Stage[],
  name: string,
  lists: StudySpec["lists"],
): string[] {
  const end = name.lastIndexOf("/") + 1;
  const [before, last] = [name.slice(0, end), name.slice(end)];
  const expanded = [...(lists[last] ?? []), last].map((own) => before + own);
  const models = expanded.map((model) => `models/${model}`);
  const found = [models, expanded]
    .map((patterns) =>
      stages.filter(({ id }) => patterns.some((pattern) => fits(id, pattern))),
    )
    .find(({ length }) => length > 0);
  if (found) return found.map(({ id }) => id);
  const known = [
    ...new Set([
      ...Object.keys(lists),
      ...stages.flatMap((stage) => stage.id.split("/")),
    ]),
  ];
  throw new StudyError(
    `study: stage must be known, got ${JSON.stringify(name)}; ${hint(name, known)}`,
  );
}

/** Whether the parts of a pattern stand one after the other in an id. */
function fits(id: string, pattern: string): boolean {
  const own = id.split("/");
  const parts = pattern.split("/");
  return own.some((_, i) => parts.every((part, j) => own[i + j] === part));
}
