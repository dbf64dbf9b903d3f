/** What had to be trained so that a model could be made: its ancestors in the graph, each once. */
import { modelNamed, type Ref, type StudySpec } from "./model.js";

/**
 * The training runs behind some models, with the steps of each that were needed.
 *
 * A run that several of them descend from stands there once; of a run of which different checkpoints are needed, the longest part.
 * A model that is not trained, such as a merge, needs what its parents need.
 *
 * @param models  models and checkpoints
 * @param given   models that are there already: neither they nor their ancestors are counted for their sake
 * @returns steps by the name of the run, parents before children
 * @example
 * trainingBehind([{ model: "ties", step: null }], ["sft"], study.readStudy("data/hard", "full").spec) // Map { "math" → 20, "coding" → 20, … }
 */
export function trainingBehind(
  models: readonly Ref[],
  given: readonly string[],
  study: Pick<StudySpec, "models">,
): Map<string, number> {
  const needed = new Map<string, number>();
  const visit = ({ model: name, step }: Ref): void => {
    if (given.includes(name)) return;
    const { steps, parents } = modelNamed(study, name);
    const own = step ?? steps ?? 0;
    const known = needed.get(name);
    if (known === undefined) Object.values(parents).flat().forEach(visit);
    if (steps !== null) needed.set(name, Math.max(known ?? 0, own));
  };
  models.forEach(visit);
  return needed;
}
