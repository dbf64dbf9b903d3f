/** A study run by other schedulers, from the plan alone. */
import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inspect } from "../../src/study/index.js";
import { PICO_STUDY, picoStudy } from "../study/pico.js";
import { ROOT } from "../structure/sources.js";

const M2RL = join(ROOT, "dist", "cli.js");

/** The smallest study with a stage that needs another. */
const SMALL = PICO_STUDY.replace(
  / {2}(experts|multi|average|dareTies|opd): .*\n/g,
  "",
).replace(
  /measures:\n[^]*?profiles:/,
  "measures: { scores: { models: [base, sft], benchmarks: [aime24], items: 1, samples: 1 } }\nprofiles:",
);

function scheduled(folder: string, scheduler: string): string {
  const plan = execFileSync(process.execPath, [M2RL, "plan", folder, "--json"]);
  const script = join(ROOT, "examples", "schedule.mjs");
  const text = execFileSync(process.execPath, [script, scheduler, folder], {
    input: plan,
    encoding: "utf8",
  });
  return text.replaceAll("npx m2rl", `'${process.execPath}' '${M2RL}'`);
}

test("make does all stages, and then has none to do", () => {
  const folder = picoStudy(SMALL);
  writeFileSync(join(folder, "study.mk"), scheduled(folder, "make"));
  execFileSync("make", ["-f", join(folder, "study.mk"), "-j", "2"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const stages = inspect(folder, { believe: false });
  expect(stages.length).toBeGreaterThan(3);
  expect(stages.map(({ state }) => state)).toEqual(stages.map(() => "done"));
  expect(scheduled(folder, "make")).toBe("all: \n.PHONY: all \n");
});

test("Slurm is given every stage after those that it needs", () => {
  const folder = picoStudy(SMALL);
  // A stand-in for sbatch that notes what it is given, numbers its jobs and runs them at once.
  const sbatch = join(folder, "sbatch");
  writeFileSync(
    sbatch,
    `#!/bin/sh\necho "$@" >> '${folder}/jobs'\nfor last; do :; done\nsh -c "\${last#--wrap=}" >&2\nwc -l < '${folder}/jobs'\n`,
  );
  chmodSync(sbatch, 0o755);
  const script = scheduled(folder, "slurm");
  execFileSync("bash", ["-c", script], {
    env: { ...process.env, PATH: `${folder}:${process.env["PATH"]}` },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const jobs = readFileSync(join(folder, "jobs"), "utf8").trim().split("\n");
  const after = (name: string): string | undefined =>
    /--dependency=afterok:(\S+)/.exec(
      jobs.find((job) => job.includes(`--job-name=${name} `))!,
    )?.[1];
  const number = (name: string): number =>
    1 + jobs.findIndex((job) => job.includes(`--job-name=${name} `));
  expect(after("seed1/models/sft")).toBeUndefined();
  expect(after("seed1/scores/sft")).toBe(String(number("seed1/models/sft")));
  expect(
    inspect(folder, { believe: false }).every(({ state }) => state === "done"),
  ).toBe(true);
});
