/** `m2rl stage`: one stage of a study alone, for a scheduler. */
import { fstatSync } from "node:fs";
import { parseArgs } from "node:util";
import { runStage } from "../study/index.js";
import { untilStopped } from "./stop/stopSignal.js";
import { UsageError, type Verb } from "./verb.js";

const HELP = `m2rl stage STUDY ID [options]

Do one stage of a study alone and leave the note that \`m2rl run\` leaves. The stages that it needs must be done; others may run at
the same time, anywhere that shares the folder. \`m2rl plan STUDY --json\` lists ids, needs and states. Where its standard input is a
pipe, it ends when that closes, so that it never outlives who started it. Exit code 0: done, 1: the stage failed, 2: the command is
wrong, 130: stopped.

  --profile NAME  a profile of the study, default quick
`;

/** Whether standard input is held by another process; a terminal or /dev/null says nothing about who started this one. */
function isPipe(): boolean {
  const input = fstatSync(0);
  return input.isFIFO() || input.isSocket();
}

/** The verb. */
export const stage: Verb = {
  help: HELP,
  main(args, output) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        profile: { type: "string", default: "quick" },
      },
    });
    const [path, id, ...more] = positionals;
    if (path === undefined || id === undefined || more.length > 0)
      throw new UsageError(
        `stage must be given a study and the id of a stage, got ${positionals.length} arguments; m2rl stage --help`,
      );
    return untilStopped(output, async (signal, stop) => {
      const { stdin } = process;
      if (isPipe()) stdin.on("end", stop).on("error", stop).resume();
      try {
        const { note, ran } = await runStage(path, id, {
          profile: values.profile,
          signal,
          onAside: (paths) =>
            void output.stderr.write(`moved aside: ${paths.join(", ")}\n`),
          onProgress: ({ done, total, metrics }) =>
            void output.stderr.write(
              `${JSON.stringify({ stage: id, done, total, ...metrics })}\n`,
            ),
        });
        const about = ran ? `done in ${note.seconds.toFixed(1)} s` : "was done";
        output.stdout.write(`${id}: ${about}\n`);
        return 0;
      } finally {
        stdin.off("end", stop).off("error", stop).pause();
      }
    });
  },
};
