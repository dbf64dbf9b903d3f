/**
 * A study's stages for other schedulers:
 *
 *   npx m2rl plan STUDY --json | node examples/schedule.mjs make  STUDY > study.mk && make -f study.mk -j 4
 *   npx m2rl plan STUDY --json | node examples/schedule.mjs slurm STUDY > submit.sh && bash submit.sh
 *
 * Both call `m2rl stage STUDY ID`, which leaves the note that `m2rl run` leaves: whatever was done is not done again.
 */
import { readFileSync } from "node:fs";

const [scheduler, study, profile = "quick"] = process.argv.slice(2);
const { stages } = JSON.parse(readFileSync(0, "utf8"));
// A stage whose outputs are not here is made again when one that needs it is.
const open = stages.filter(({ state }) => state !== "done");
const isOpen = new Set(open.map(({ id }) => id));
const command = ({ id }) =>
  `npx m2rl stage '${study}' '${id}' --profile ${profile}`;

const WRITERS = {
  // `make -j` gives commands a pipe that is closed, at whose end a stage would end.
  make() {
    const rules = open.map(
      (stage) =>
        `${stage.id}: ${stage.needs.filter((id) => isOpen.has(id)).join(" ")}\n\t${command(stage)} </dev/null\n`,
    );
    const ids = open.map(({ id }) => id).join(" ");
    return [`all: ${ids}\n.PHONY: all ${ids}\n`, ...rules].join("\n");
  },
  slurm() {
    const name = (id) => `job_${id.replaceAll(/\W/g, "_")}`;
    const jobs = open.map((stage) => {
      const after = stage.needs.filter((id) => isOpen.has(id));
      const waits =
        after.length === 0
          ? ""
          : ` --dependency=afterok:${after.map((id) => `$${name(id)}`).join(":")}`;
      return `${name(stage.id)}=$(sbatch --parsable --job-name='${stage.id}' --cpus-per-task=1${waits} --wrap="${command(stage)}")`;
    });
    return ["set -e", ...jobs, ""].join("\n");
  },
};
process.stdout.write(WRITERS[scheduler]());
