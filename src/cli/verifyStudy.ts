/** `m2rl verify-study`: check a study's record against itself. */
import { parseArgs } from "node:util";
import { verifyStudy as verify } from "../study/index.js";
import { onlyArgument, type Verb } from "./verb.js";

const HELP = `m2rl verify-study STUDY [options]

Check what a study has written, and change nothing: the hashes along the chain of notes, every score from its records, every row
from its lines. Exit code 0: everything matches, 1: something does not.

  --profile NAME  a profile of the study, default quick
  --json          the result as JSON
`;

/** The verb. */
export const verifyStudy: Verb = {
  help: HELP,
  main(args, output) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        profile: { type: "string", default: "quick" },
        json: { type: "boolean", default: false },
      },
    });
    const path = onlyArgument("verify-study", "study", positionals);
    const found = verify(path, { profile: values.profile });
    const { problems } = found;
    if (values.json) output.stdout.write(`${JSON.stringify(found, null, 1)}\n`);
    else {
      for (const { stage, text } of problems)
        output.stdout.write(`${stage}: ${text}\n`);
      output.stdout.write(
        `${found.noted} of ${found.stages} stages noted; ${found.hashed} outputs hashed, ${found.absent} not here; ` +
          `${found.scores} scores and ${found.rowFiles} row files computed again: ` +
          (problems.length === 0
            ? "no problems found\n"
            : `${problems.length} problems\n`),
      );
    }
    return Promise.resolve(problems.length === 0 ? 0 : 1);
  },
};
