/** `m2rl run`: a study, or what is left of it. */
import { parseArgs } from "node:util";
import {
  inspect,
  run as runStudy,
  terminalProgress,
  timeTable,
} from "../study/index.js";
import { untilStopped } from "./stopSignal.js";
import {
  integerOption,
  onlyArgument,
  type CliOutput,
  type Verb,
} from "./verb.js";

const HELP = `m2rl run STUDY [options]

Run the study in a folder with a study.yml. Stages that are done are skipped; a run that was stopped is resumed.

  --profile NAME  a profile of the study, default quick
  --only NAME     one model or list of models and what it needs (math, experts), or stages: analysis, scores/math, seed1, …
  --jobs N        processes side by side, default one per core
  --dry-run       say what would run and why, and do nothing
`;

function dryRun(
  path: string,
  options: { profile: string; only?: string },
  output: CliOutput,
): number {
  const stages = inspect(path, { ...options, believe: false });
  const open = stages.filter(({ state }) => state !== "done");
  for (const { stage, reason } of open)
    output.stdout.write(`${stage.id}: ${reason}\n`);
  output.stdout.write(`${open.length} of ${stages.length} stages to do\n`);
  return 0;
}

/** The verb. */
export const run: Verb = {
  help: HELP,
  main(args, output) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        profile: { type: "string", default: "quick" },
        only: { type: "string" },
        jobs: { type: "string" },
        "dry-run": { type: "boolean", default: false },
      },
    });
    const path = onlyArgument("run", "study", positionals);
    const { profile, only } = values;
    if (values["dry-run"])
      return Promise.resolve(dryRun(path, { profile, only }, output));
    const jobs = integerOption("jobs", values.jobs, 1);
    return untilStopped(output, async (signal) => {
      const onProgress = terminalProgress(output.stderr);
      const options = { profile, only, jobs, onProgress, signal };
      const report = await runStudy(path, options);
      output.stdout.write(timeTable(report));
      return 0;
    });
  },
};
