/** `m2rl plan`: the graph of a study, what is done of it, and an estimate of what is left. */
import { parseArgs } from "node:util";
import {
  describePlan,
  duration,
  MEASURES,
  OPERATIONS,
  type PlanView,
} from "../study/index.js";
import { onlyArgument, textTable, type CliOutput, type Verb } from "./verb.js";

function sections(list: readonly { key: string; about: string }[]): string {
  return list
    .map(({ key, about }) => `  ${key.padEnd(14)} ${about}`)
    .join("\n");
}

const HELP = `m2rl plan STUDY [options]

Say which models and stages a study has, what is done, and what the rest will cost, and do nothing.

  --profile NAME  a profile of the study, default quick
  --only NAMES    models or lists of models and what they need, or stages, with commas between them
  --json          everything as JSON, for a scheduler

A model is made by one operation:
${sections(OPERATIONS)}
and measured:
${sections(Object.values(MEASURES))}
docs/study.md says how a study file is written.
`;

/** A number of operations as "1.2e+12". */
function flopsText(flops: number): string {
  return flops === 0 ? "0" : flops.toExponential(1);
}

function write(view: PlanView, path: string, output: CliOutput): void {
  const { models, stages, seeds, all, left } = view;
  const rows = models.map(({ name, by, remark, role, from, done }) => [
    name,
    remark === null ? by : `${by}, ${remark}`,
    role,
    Object.entries(from)
      .map(([key, refs]) => `${key} ${refs.join(" ")}`)
      .join(", "),
    `${done}/${seeds.length}`,
  ]);
  output.stdout.write(`${view.study}: ${view.folder}\n\n`);
  output.stdout.write(
    `${textTable([["model", "by", "role", "made from", "seeds done"], ...rows], ["left", "left", "left", "left", "right"])}\n\n`,
  );
  const kinds = [...new Set(stages.map(({ kind }) => kind))];
  const kindRows = kinds.map((kind) => {
    const own = stages.filter((stage) => stage.kind === kind);
    const count = (state: string): number =>
      own.filter((stage) => stage.state === state).length;
    return [
      kind,
      String(own.length),
      String(count("done")),
      String(count("recorded")),
      `${own.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(0)} s`,
      flopsText(own.reduce((sum, { flops }) => sum + flops, 0)),
    ];
  });
  output.stdout.write(
    `${textTable([["stages", "all", "done", "recorded", "estimate", "FLOPs"], ...kindRows])}\n\n`,
  );
  const isElsewhere = writeElsewhere(view, path, output);
  const open = stages.filter(({ state }) => state === "open");
  for (const { id, reason } of open)
    output.stdout.write(`to do: ${id} (${reason})\n`);
  const bytes = stages.reduce((sum, stage) => sum + stage.bytes, 0);
  output.stdout.write(`models on the disk: ${sizeText(bytes)}\n`);
  // Seconds are those of the nano model on one core, which say nothing about a cluster.
  const time = (seconds: number): string =>
    isElsewhere ? "" : `about ${duration(seconds)} of one core, `;
  output.stdout.write(
    `all: ${time(all.seconds)}${flopsText(all.flops)} FLOPs; left: ${time(left.seconds)}${flopsText(left.flops)}\n`,
  );
}

/** Bytes as "8.0 GB". */
function sizeText(bytes: number): string {
  return bytes >= 1e9
    ? `${(bytes / 1e9).toFixed(1)} GB`
    : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** What others make: GPU hours beside the paper's, and the command of each; false where there is nothing of the kind. */
function writeElsewhere(
  { stages, folder }: PlanView,
  path: string,
  { stdout }: CliOutput,
): boolean {
  const made = stages.flatMap((stage) =>
    stage.elsewhere ? [{ ...stage, ...stage.elsewhere }] : [],
  );
  if (made.length === 0) return false;
  const rows = made.map(({ id, trainer, cost, command, bytes }) => [
    id,
    trainer,
    cost === null ? "" : cost.hours.toFixed(1),
    cost === null ? "" : `${cost.printed.toFixed(1)} (${cost.row})`,
    sizeText(bytes),
    `m2rl ${command.replace("STUDY", path)}`,
  ]);
  const head = ["made elsewhere", "by", "GPU hours", "Table 2", "disk", "job"];
  const align = ["left", "left", "right", "right", "right", "left"] as const;
  stdout.write(`${textTable([head, ...rows], [...align])}\n`);
  const sum = (wanted: (row: string) => boolean): [number, number] =>
    made.reduce<[number, number]>(
      ([hours, printed], { cost }) =>
        cost !== null && wanted(cost.row)
          ? [hours + cost.hours, printed + cost.printed]
          : [hours, printed],
      [0, 0],
    );
  const experts = sum((row) => row !== "Multi-Task" && row !== "MT-OPD");
  const multi = sum((row) => row === "Multi-Task");
  stdout.write(
    `experts ${experts[0].toFixed(1)} GPU hours (paper ${experts[1].toFixed(1)}), mixed run ${multi[0].toFixed(1)} (paper ${multi[1].toFixed(1)}); ` +
      `jobs and models: ${folder}/seedN/models/MODEL.slime\n\n`,
  );
  return true;
}

/** The verb. */
export const plan: Verb = {
  help: HELP,
  main(args, output) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        profile: { type: "string", default: "quick" },
        only: { type: "string" },
        json: { type: "boolean", default: false },
      },
    });
    const path = onlyArgument("plan", "study", positionals);
    const { profile, only, json } = values;
    const view = describePlan(path, { profile, only });
    if (json) output.stdout.write(`${JSON.stringify(view, null, 1)}\n`);
    else write(view, path, output);
    return Promise.resolve(0);
  },
};
