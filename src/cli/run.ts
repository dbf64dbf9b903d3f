/** `m2rl run`: a study, or what is left of it. */
import { parseArgs } from "node:util";
import {
  cancelOnRay,
  checkNoRayJob,
  inspect,
  readStudy,
  run as runStudy,
  runFolder,
  runOnRay,
  terminalProgress,
  timeTable,
} from "../study/index.js";
import { untilStopped } from "./stop/stopSignal.js";
import {
  integerOption,
  onlyArgument,
  UsageError,
  type CliOutput,
  type Verb,
} from "./verb.js";

const HELP = `m2rl run STUDY [options]

Run the study in a folder with a study.yml. Stages that are done are skipped; a run that was stopped is resumed.

  --profile NAME  a profile of the study, default quick
  --only NAMES    models or lists of models and what they need (math,experts), or stages: analysis, scores/experts, seed1, …
  --jobs N        processes side by side, default one per core
  --keep-record   leave stages alone whose record is here and whose weights no other stage needs: goes on with a record that was
                  made elsewhere, or makes its rows again, without training
  --dry-run       say what would run and why, and do nothing

On a cluster that sees the study's folder at the same path (docs/clusters.md):

  --on ray=URL    run the stages as tasks of a Ray cluster, URL as http://HEAD:8265; attaches to a job that is at work
  --python PATH   Python with Ray on the head, default python3
  --command TEXT  how a node runs m2rl, default this program by its path
  --ctrl-c WHAT   detach (default): the job goes on · cancel: the job is stopped
  --cancel        stop the job that works in the study's folder, and do nothing else
`;

function dryRun(
  path: string,
  options: { profile: string; only?: string; keepRecord: boolean },
  output: CliOutput,
): number {
  const stages = inspect(path, { ...options, believe: false });
  const open = stages.filter(({ state }) => state !== "done");
  for (const { stage, reason } of open)
    output.stdout.write(`${stage.id}: ${reason}\n`);
  output.stdout.write(`${open.length} of ${stages.length} stages to do\n`);
  return 0;
}

/** The address behind `ray=`. */
function headOf(on: string): string {
  const head = /^ray=(https?:\/\/\S+)$/.exec(on)?.[1];
  if (head === undefined)
    throw new UsageError(
      `--on must be ray=URL with the address of Ray's dashboard, as ray=http://HEAD:8265, got ${JSON.stringify(on)}`,
    );
  return head;
}

const AT_STOP = {
  detach: [
    "leaving the job at work …",
    "the job goes on; run the same command to follow it, or with --cancel to stop it",
  ],
  cancel: [
    "stopping the job after its current steps …",
    "stopped; everything that is done is kept, rerun the same command to resume",
  ],
} as const;

/** Run, follow or cancel a study on a Ray cluster. */
async function onRay(
  path: string,
  head: string,
  values: Values,
  output: CliOutput,
): Promise<number> {
  const { profile, only, python, cancel } = values;
  const atStop = values["ctrl-c"];
  if (atStop !== "detach" && atStop !== "cancel")
    throw new UsageError(
      `--ctrl-c must be detach or cancel, got ${JSON.stringify(atStop)}`,
    );
  if (cancel) {
    const id = await cancelOnRay(path, head, { profile });
    output.stdout.write(
      id === null ? "no job is at work\n" : `stopped ${id}\n`,
    );
    return 0;
  }
  const work = async (signal: AbortSignal): Promise<number> => {
    const report = await runOnRay(path, head, {
      ...{ profile, only, python, signal, atStop },
      command: values.command?.split(" "),
      onProgress: terminalProgress(output.stderr),
      onNotice: (text) => void output.stderr.write(`${text}\n`),
    });
    output.stdout.write(timeTable(report));
    return 0;
  };
  return untilStopped(output, work, AT_STOP[atStop]);
}

const OPTIONS = {
  profile: { type: "string", default: "quick" },
  only: { type: "string" },
  jobs: { type: "string" },
  "keep-record": { type: "boolean", default: false },
  "dry-run": { type: "boolean", default: false },
  on: { type: "string" },
  python: { type: "string" },
  command: { type: "string" },
  "ctrl-c": { type: "string", default: "detach" },
  cancel: { type: "boolean", default: false },
} as const;

type Values = ReturnType<
  typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>
>["values"];

/** Options that only a cluster has. */
const ELSEWHERE = ["python", "command", "cancel"] as const;

/** The verb. */
export const run: Verb = {
  help: HELP,
  main(args, output) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: OPTIONS,
    });
    const path = onlyArgument("run", "study", positionals);
    const { profile, only, on } = values;
    const keepRecord = values["keep-record"];
    const jobs = integerOption("jobs", values.jobs, 1);
    if (values["dry-run"])
      return Promise.resolve(
        dryRun(path, { profile, only, keepRecord }, output),
      );
    if (on !== undefined) {
      if (jobs !== undefined)
        throw new UsageError(
          "--jobs counts processes on this machine; with --on, the cluster's cores and the study's resources decide",
        );
      if (keepRecord)
        throw new UsageError(
          "--keep-record must be given without --on: a job of a cluster makes whatever is not here",
        );
      return onRay(path, headOf(on), values, output);
    }
    const alone = ELSEWHERE.find((name) => Boolean(values[name]));
    if (alone !== undefined)
      throw new UsageError(`--${alone} must be given together with --on`);
    return untilStopped(output, async (signal) => {
      checkNoRayJob(runFolder(readStudy(path, profile).folder, profile));
      const onProgress = terminalProgress(output.stderr);
      const options = { profile, only, keepRecord, jobs, onProgress, signal };
      const report = await runStudy(path, options);
      output.stdout.write(timeTable(report));
      return 0;
    });
  },
};
