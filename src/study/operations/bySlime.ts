/** A model that slime trains: its job is written by `m2rl slime` and run on a cluster of others; here it is taken from there. */
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  paperCost,
  readEvents,
  slimeLines,
  takeModel,
} from "../../cluster/index.js";
import { StudyError } from "../../error.js";
import type { Domain } from "../../domains/index.js";
import { writeLines } from "../run/jsonLines.js";
import type { Facts, Job } from "../run/job.js";
import { inputPath, outputPath } from "../run/paths.js";
import type { Elsewhere } from "./operation.js";
import { keptSteps } from "./training.js";

/** Folder of a model's job, beside the model: data, arguments, and what slime leaves. */
function slimeFolder(model: string): string {
  return `${model}.slime`;
}

/** How a model by slime is made, and at what cost. */
export function elsewhereOf(
  by: "rl" | "distill",
  name: string,
  options: {
    domains: readonly Domain[];
    steps: number;
    promptsPerStep: number;
    groupSize: number;
  },
): Elsewhere {
  const cost = paperCost(by, options.domains, options);
  return { trainer: "slime", command: `slime STUDY ${name}`, cost };
}

/**
 * Take the model, the log and the checkpoints of a job that has run.
 *
 * @throws StudyError the job has not run; the message says how · TrainError it is not complete
 */
export function takeFromSlime(
  job: Job<{ steps: number; promptsPerStep: number; groupSize: number }>,
): Facts {
  const { stage } = job;
  const { steps, promptsPerStep, groupSize } = stage.spec;
  const place = slimeFolder(outputPath(job));
  const at = (step: number): string => join(place, "hf", String(step - 1));
  if (!existsSync(at(steps)))
    throw new StudyError(
      `study: ${stage.id} is trained by slime and must lie at ${at(steps)}, got no such folder; m2rl slime STUDY ${stage.model} writes its job, submit.sh in it runs it`,
    );
  const answers = promptsPerStep * groupSize;
  const lines = slimeLines(readEvents(join(place, "tb")), { steps, answers });
  const init = inputPath(job, "init");
  const origin = { stage: stage.id, trainer: "slime", inputs: job.inputHashes };
  for (const [step, folder] of keptSteps(job)) {
    mkdirSync(dirname(folder), { recursive: true });
    takeModel(at(step), init, folder, { ...origin, step });
  }
  takeModel(at(steps), init, outputPath(job), { ...origin, steps });
  writeLines(outputPath(job, 1), lines);
  return {
    trainer: { name: "slime" },
    notCounted: ["padding", "log-probabilities of a reference or of teachers"],
  };
}
