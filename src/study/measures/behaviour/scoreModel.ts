/** What every stage that scores one model does: open it here or behind a server, score it part by part, say how far it is. */
import type {
  EvaluateTasksOptions,
  TaskEvaluation,
} from "../../../evaluate/index.js";
import type { Sampler } from "../../../rollout/index.js";
import { mean } from "../../../stats/index.js";
import type { Facts, Job, Report } from "../../run/job.js";
import { inputPath, outputPath } from "../../run/paths.js";
import { openModel, serverOf } from "./server.js";

/** Some tasks that a model is scored on; their records are one output of the stage. */
export interface ScoredPart {
  name: string;
  /** Completions in all. */
  samples: number;
  score(
    sampler: Sampler,
    options: EvaluateTasksOptions,
  ): Promise<TaskEvaluation>;
}

/**
 * Score the model that is the stage's input `model`.
 *
 * @param served  whether the server answers that the study names for the stage's measure
 * @param parts   in the order of the stage's outputs
 * @returns the mean reward of each part and their average, for the note
 * @throws InfrastructureError a verifier or the server failed
 */
export async function scoreModel(
  job: Job<{ seed: number }>,
  served: boolean,
  parts: readonly ScoredPart[],
  report: Report,
): Promise<Facts> {
  const { model } = job.stage;
  const { seed } = job.stage.spec;
  const hash = job.inputHashes["model"]!;
  const opened = await openModel(
    inputPath(job, "model"),
    hash,
    served ? serverOf(job) : undefined,
    { model, seed },
  );
  const total = parts.reduce((sum, { samples }) => sum + samples, 0);
  const scores: Record<string, number> = {};
  let before = 0;
  try {
    for (const [i, { name, samples, score }] of parts.entries()) {
      const result = await score(opened.sampler, {
        seed,
        recordsPath: outputPath(job, i),
        model: served ? `${hash} by ${opened.sampler.identity}` : hash,
        // The stage owns the file, and its work is done anew when an input changed.
        replaceRecords: true,
        onProgress: (done) => report({ done: before + done, total }),
      });
      scores[name] = result.mean;
      before += samples;
    }
    const average = mean(Object.values(scores));
    return { scores, average, ...opened.facts() };
  } finally {
    opened.close();
  }
}
