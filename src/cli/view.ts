/** `m2rl view`: a study as a page in the browser. */
import { parseArgs } from "node:util";
import { startView } from "../view/index.js";
import { ended } from "./ended.js";
import { onlyArgument, portOption, type Verb } from "./verb.js";

const HELP = `m2rl view STUDY [options]

Show a study in the browser: its graph of models with what is running and what failed, training curves, scores and paired differences,
completions side by side, weights, and the paper's claims. The page follows a run that goes on, here or on another machine that
shares the folder. It only reads. Open the printed address; Ctrl-C ends it.

  --profile NAME  a profile of the study, default quick
  --port N        default a free one
  --host ADDRESS  default 127.0.0.1, this machine alone; the address carries a token either way
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
      },
    });
    const path = onlyArgument("view", "study", positionals);
    const { profile, host } = values;
    const port = portOption("port", values.port);
    const served = await startView(path, { profile, host, port });
    output.stdout.write(`${served.url}\n`);
    await ended();
    await served.close();
    return 0;
  },
};
