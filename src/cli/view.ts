/** `m2rl view`: a study as a page in the browser. */
import { parseArgs } from "node:util";
import { exportView, startView } from "../view/index.js";
import { ended } from "./stop/ended.js";
import { onlyArgument, portOption, type Verb } from "./verb.js";

const HELP = `m2rl view STUDY [options]
m2rl view STUDY --export DIR [options]
m2rl view FOLDER [options]

Show a study in the browser: its graph of models with what is running and what failed, training curves, scores and paired differences,
completions side by side, weights, and the paper's claims. The page follows a run that goes on, here or on another machine that
shares the folder. It only reads. Open the printed address; Ctrl-C ends it. Of a FOLDER without a study, but with records of
\`m2rl evaluate --records\` (FOLDER/BENCHMARK.jsonl or FOLDER/MODEL/BENCHMARK.jsonl), it shows scores and completions.

  --profile NAME  a profile of the study, default quick
  --port N        default a free one
  --host ADDRESS  default 127.0.0.1, this machine alone; the address carries a token either way
  --report FILE   a file of \`m2rl diff --json\`, or a merge's provenance.json, that the page Weights shows too; may be repeated
  --export DIR    write the same pages as a static site that opens from the file system, and end
  --force         replace a folder that an earlier export wrote
`;

/** The verb. */
export const view: Verb = {
  help: HELP,
  async main(args, output) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        profile: { type: "string", default: "quick" },
        port: { type: "string" },
        host: { type: "string" },
        report: { type: "string", multiple: true },
        export: { type: "string" },
        force: { type: "boolean", default: false },
      },
    });
    const path = onlyArgument("view", "study", positionals);
    const { profile, host, report: reports } = values;
    if (values.export !== undefined) {
      const replace = values.force;
      const written = exportView(path, values.export, {
        profile,
        replace,
        reports,
      });
      const megabytes = (written.bytes / 1e6).toFixed(1);
      output.stdout.write(
        `${written.page}: ${written.files} files, ${megabytes} MB\n`,
      );
      return 0;
    }
    const port = portOption("port", values.port);
    const served = await startView(path, { profile, host, port, reports });
    output.stdout.write(`${served.url}\n`);
    await ended();
    await served.close();
    return 0;
  },
};
