/** Part of a study: the stages that a name means, with everything they depend on. */
import { StudyError } from "../../error.js";
import { hint } from "../../nearest.js";
import type { StudySpec } from "./model.js";
import type { Stage } from "./stage.js";

/**
 * The stages that a name means, with everything they depend on.
 *
 * The name of a model or of a list of models means these models in every seed; any other name is a run of path parts of stages:
 * "analysis", "scores/math", "seed2".
 *
 * @throws StudyError no stage fits
 */
export function select(
  stages: readonly Stage[],
  name: string,
  { lists }: Pick<StudySpec, "lists">,
): Stage[] {
  const models = [...(lists[name] ?? []), name].map(
    (model) => `models/${model}`,
  );
  const isModel = stages.some(({ id }) =>
    models.some((model) => fits(id, model)),
  );
  const patterns = isModel ? models : [name];
  const wanted = new Set(
    stages
      .filter(({ id }) => patterns.some((pattern) => fits(id, pattern)))
      .map(({ id }) => id),
  );
  if (wanted.size === 0) {
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
  for (const stage of [...stages].reverse()) {
    if (!wanted.has(stage.id)) continue;
    for (const { stage: needed } of Object.values(stage.inputs))
      if (needed !== null) wanted.add(needed);
  }
  return stages.filter((stage) => wanted.has(stage.id));
}

/** Whether the parts of a pattern stand one after the other in an id. */
function fits(id: string, pattern: string): boolean {
  const own = id.split("/");
  const parts = pattern.split("/");
  return own.some((_, i) => parts.every((part, j) => own[i + j] === part));
}
