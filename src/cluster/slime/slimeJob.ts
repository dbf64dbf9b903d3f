/** A training run as a job of slime: data, arguments, settings and the Ray job, as files that another cluster reads. */
import { copyFileSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { builtFile } from "../../built.js";
import type { Configuration } from "../../checkpoint/index.js";
import { DOMAINS, type Domain, type Task } from "../../domains/index.js";
import { TaskError } from "../../error.js";
import { hashText, writeFileAtomically } from "../../io/index.js";
import type { DistillSettings, GrpoSettings } from "../../train/index.js";
import { trainerRow } from "../trainerRow.js";
import { slimeArguments, SLIME_COMMIT, type SlimeFlags } from "./flags.js";
import { modelFlags } from "./modelFlags.js";
import { paperCost, type PaperCost } from "./paperCost.js";
import {
  clusterFlags,
  distillFlags,
  grpoFlags,
  type SlimeSizes,
} from "./runFlags.js";

/** A run for slime. */
export interface SlimeJobOptions extends SlimeSizes {
  /** Name of the model that is trained. */
  name: string;
  /** How it is trained, with every setting of ours. */
  run:
    | { by: "rl"; settings: GrpoSettings }
    | {
        by: "distill";
        settings: DistillSettings;
        /** URL of an SGLang server with each domain's teacher. */
        teachers: Readonly<Partial<Record<Domain, string>>>;
      };
  /** Tasks in the order in which they are drawn. */
  tasks: Iterable<Task>;
  /** Whether slime shuffles them, epoch by epoch; default false. */
  shuffle?: boolean;
  /** Local folder, on the cluster, of the model that the run starts from. */
  init: string;
  configuration: Configuration;
  /** Ids of the tokens that end an answer. */
  stopIds: readonly number[];
  /** Folder to write, which the cluster sees at the same path. */
  out: string;
  /** Address of `m2rl rewards`, seen from the cluster. */
  rewards: string;
  /** Flags that are laid over those of m2rl. */
  set?: SlimeFlags;
}

/** What was written. */
export interface SlimeJob {
  /** Everything behind train.py. */
  args: string[];
  rows: number;
  /** The command that submits it. */
  command: string;
  /** Folder in which slime leaves the trained model. */
  model: string;
  cost: PaperCost;
}

const DATA = "train.jsonl";
const WORK = "job";
const SHIM = "m2rl_slime.py";

/** Environment of the processes, by slime's recipes; the metrics lie where a study takes them from. */
/** Where slime's image keeps slime and Megatron. */
const IMAGE = ["", "root"].join("/");

const environmentOf = (out: string): Record<string, string> => ({
  PYTHONPATH: `${IMAGE}/Megatron-LM`,
  CUDA_DEVICE_MAX_CONNECTIONS: "1",
  TENSORBOARD_DIR: join(out, "tb"),
});

/**
 * Write a run as a job of slime at `SLIME_COMMIT`: `train.jsonl` (label as JSON in a string), `job/settings.yaml` for
 * `--custom-config-path`, for a distillation `job/m2rl_slime.py`, `args.json`, `job.json` (the body of Ray's POST /api/jobs/) and
 * `submit.sh`. Every flag is checked against the table of the commit, since slime drops unknown ones without a word.
 *
 * @throws TaskError a flag or setting is not slime's, a teacher is missing, or there are no rows · CheckpointError the configuration is no
 *   decoder that m2rl knows · Error the folder is not writable, or holds something else
 */
export function writeSlimeJob(options: SlimeJobOptions): SlimeJob {
  const { run, name } = options;
  const out = resolve(options.out);
  const flags = flagsOf(options, out);
  const args = slimeArguments(flags);
  prepareFolder(out);
  const rows = writeRows(join(out, DATA), options.tasks);
  const put = (file: string, text: string): void =>
    writeFileAtomically(join(out, file), [Buffer.from(text)], {
      replaces: () => true,
      kind: "a job of slime",
    });
  put(`${WORK}/settings.yaml`, settingsOf(options));
  if (run.by === "distill")
    copyFileSync(
      builtFile(`./${SHIM}`, import.meta.url),
      join(out, WORK, SHIM),
    );
  const entry = ["python3", `${IMAGE}/slime/train.py`, ...args];
  const id = `m2rl-${name}-${hashText(JSON.stringify([args, rows])).slice(0, 12)}`;
  const environment = JSON.stringify({ env_vars: environmentOf(out) });
  const submit = [
    ...["ray", "job", "submit", "--submission-id", id],
    ...["--working-dir", join(out, WORK), "--runtime-env-json", environment],
  ];
  const command = `${submit.map(quoted).join(" ")} -- ${entry.map(quoted).join(" ")}`;
  const { domains } = run.settings;
  const cost = paperCost(run.by, domains, run.settings);
  put("args.json", `${JSON.stringify(args, null, 1)}\n`);
  put(
    "job.json",
    `${JSON.stringify(
      {
        submission_id: id,
        entrypoint: entry.map(quoted).join(" "),
        runtime_env: { env_vars: environmentOf(out) },
        metadata: { model: name, slime: SLIME_COMMIT },
      },
      null,
      1,
    )}\n`,
  );
  put("submit.sh", `#!/bin/sh\nset -e\n${command}\n`);
  const model = join(out, "hf", String(run.settings.steps - 1));
  return { args, rows, command, model, cost };
}

function flagsOf(options: SlimeJobOptions, out: string): SlimeFlags {
  const { run, configuration, stopIds, init, rewards } = options;
  if (stopIds.length === 0)
    throw new TaskError("slime: stop ids must name a token, got none");
  const own =
    run.by === "rl"
      ? {
          ...grpoFlags(run.settings, options),
          "rm-type": "remote_rm",
          "rm-url": rewards,
        }
      : distillFlags(run.settings, options);
  return {
    ...clusterFlags(options),
    ...modelFlags(configuration),
    ...own,
    "hf-checkpoint": init,
    load: init,
    "ref-load": init,
    save: join(out, "checkpoints"),
    "save-hf": join(out, "hf", "{rollout_id}"),
    "save-interval": Math.max(1, Math.round(run.settings.steps / 20)),
    "prompt-data": join(out, DATA),
    ...(options.shuffle ? { "rollout-shuffle": true } : {}),
    // Ids: --rollout-stop takes texts, and would look for the text "151645".
    "rollout-stop-token-ids": stopIds.join(" "),
    "custom-config-path": "settings.yaml",
    "use-tensorboard": true,
    "tb-project-name": "m2rl",
    "tb-experiment-name": options.name,
    ...options.set,
  };
}

function prepareFolder(out: string): void {
  const known = new Set([DATA, WORK, "args.json", "job.json", "submit.sh"]);
  const other = existsSync(out)
    ? readdirSync(out).find((name) => !known.has(name))
    : undefined;
  if (other !== undefined)
    throw new TaskError(
      `slime: ${out} must be empty or hold a job that did not run, got ${other} in it`,
    );
  mkdirSync(join(out, WORK), { recursive: true });
}

function writeRows(path: string, tasks: Iterable<Task>): number {
  const lines: Buffer[] = [];
  for (const task of tasks)
    lines.push(Buffer.from(`${JSON.stringify(trainerRow(task))}\n`));
  if (lines.length === 0)
    throw new TaskError("slime: there must be tasks, got none");
  writeFileAtomically(path, lines, {
    replaces: (head) => head.startsWith('{"prompt":'),
    kind: "rows of a trainer",
  });
  return lines.length;
}

/** The flat YAML that slime lays over its arguments: what our function needs to know. */
function settingsOf({ name, run }: SlimeJobOptions): string {
  const lines = [`m2rl_model: ${JSON.stringify(name)}`];
  if (run.by === "distill") {
    const { teachers, settings } = run;
    const missing = settings.domains.find((domain) => !teachers[domain]);
    if (missing !== undefined)
      throw new TaskError(
        `slime: teachers must hold one for ${missing}, got ${DOMAINS.filter((domain) => teachers[domain]).join(", ") || "none"}; --teacher ${missing}=URL`,
      );
    lines.push("m2rl_teachers:");
    for (const domain of settings.domains)
      lines.push(`  ${domain}: ${JSON.stringify(teachers[domain])}`);
  }
  return `${lines.join("\n")}\n`;
}

/** A word of a shell's command. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word)
    ? word
    : `'${word.replaceAll("'", `'\\''`)}'`;
}
