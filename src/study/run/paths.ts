/** Where a job's inputs and outputs lie. */
import { join } from "node:path";
import type { Job } from "./job.js";

/** Path of an input by its name in the stage. */
export function inputPath(
  { stage, studyFolder, runFolder }: Job,
  name: string,
): string {
  const input = stage.inputs[name];
  if (!input) throw new Error(`internal: ${stage.id} has no input ${name}`);
  return join(input.stage === null ? studyFolder : runFolder, input.path);
}

/** Path of an output. */
export function outputPath({ stage, runFolder }: Job, index = 0): string {
  return join(runFolder, stage.outputs[index]!);
}
