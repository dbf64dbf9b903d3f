/** `m2rl run`: a study, or what is left of it. */
import { parseArgs } from "node:util";
import {
  inspect,
  PROFILES,
  run as runStudy,
  terminalProgress,
  timeTable,
} from "../study/index.js";
import {
  integerOption,
  UsageError,
  type CliOutput,
  type Verb,
} from "./verb.js";

const HELP = `m2rl run STUDY [options]

Run the study in a folder with a study.yml. Stages that are done are skipped; a run that was stopped goes on.

  --profile NAME  ${PROFILES.join(" or ")}, default quick
  --only STAGE    only these stages and what they need: analysis, experts, seed1/evaluate, math, …
  --jobs N        processes side by side, default one a core
  --dry-run       say what would run and why, and do nothing
`;

function dryRun(
  path: string,
  options: { profile: string; only?: string },
  output: CliOutput,
): number {
  const stages = inspect(path, options);
  const open = stages.filter(({ done }) => !done);
  for (const { stage, reason } of open)
    output.stdout.write(`${stage.id}: ${reason}\n`);
  output.stdout.write(`${open.length} of ${stages.length} stages to do\n`);
  return 0;
}

/** The verb. */
export const run: Verb = {
  help: HELP,
  async main(args, output) {
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
    const [path, ...more] = positionals;
    if (path === undefined || more.length > 0) {
      throw new UsageError(
        `run must be given one study, got ${positionals.length}; m2rl run --help`,
      );
    }
    const { profile, only } = values;
    if (values["dry-run"]) return dryRun(path, { profile, only }, output);
    const jobs = integerOption("jobs", values.jobs, 1);
    const stop = new AbortController();
    const onSignal = (): void => {
      // A second Ctrl-C does not wait; that is as safe as a kill, and workers end when they find their runner gone.
      if (stop.signal.aborted) process.exit(130);
      output.stderr.write("\nstopping after the current steps …\n");
      stop.abort();
    };
    process.on("SIGINT", onSignal);
    process.on("SIGTERM", onSignal);
    try {
      const onProgress = terminalProgress(output.stderr);
      const report = await runStudy(path, {
        profile,
        only,
        jobs,
        onProgress,
        signal: stop.signal,
      });
      output.stdout.write(timeTable(report));
      return 0;
    } catch (error) {
      if (!stop.signal.aborted) throw error;
      output.stderr.write(
        "m2rl: stopped; everything that is done is kept, the same command goes on from here\n",
      );
      return 130;
    } finally {
      process.off("SIGINT", onSignal);
      process.off("SIGTERM", onSignal);
    }
  },
};
