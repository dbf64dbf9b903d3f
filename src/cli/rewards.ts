/** `m2rl rewards`: the verifiers as an HTTP service. */
import { parseArgs } from "node:util";
import { startRewardServer } from "../cluster/index.js";
import { ended } from "./stop/ended.js";
import { integerOption, portOption, type Verb } from "./verb.js";

const HELP = `m2rl rewards [options]

Serve the verifiers over HTTP until it is stopped (Ctrl-C or SIGTERM); requests under way are answered first.

  --port N           default 8391; 0 takes a free one
  --host ADDRESS     default 127.0.0.1, this machine alone
  --workers N        threads that verify, default 2
  --max-body MB      largest body, default 16
  --max-rows N       most rows that wait at a time, default 20000; beyond it: 503 with Retry-After

The environment variable M2RL_TOKEN, where set, is the bearer token that requests must carry. Agents are judged as by \`m2rl verify\`:
M2RL_WORKPLACE names the folder of the workplace assistant's tables, M2RL_BFCL that of \`m2rl benchmarks fetch bfcl\`.

  POST /rewards   slime's remote_rm {prompt, response, label} → number, a list → a list; TRL's {prompts, completions, label} and
                  OpenRLHF's {query, prompts, labels} → {rewards: […]}. The label is the task. "/" is the same.
  POST /verdicts  the same rows → {reward, outcome, detail}, or a list of them
  POST /step      {label, turns} → {messages} to append to an episode (of tools, or what the user says next), or {verdict} once it is
                  over. Rows of episodes have turns in place of response: a list of texts, or for each user turn such a list
  GET  /metrics   counters and latencies as Prometheus text
  GET  /healthz   200, or 503 once the service is ending

A failure of a verifier or sandbox is 503, a label that is no task 422: neither is ever a reward.
`;

/** The verb. */
export const rewards: Verb = {
  help: HELP,
  async main(args, output) {
    const { values } = parseArgs({
      args,
      options: {
        port: { type: "string" },
        host: { type: "string" },
        workers: { type: "string" },
        "max-body": { type: "string" },
        "max-rows": { type: "string" },
      },
    });
    const megabytes = integerOption("max-body", values["max-body"], 1) ?? 16;
    const server = await startRewardServer({
      port: portOption("port", values.port) ?? 8391,
      host: values.host,
      workers: integerOption("workers", values.workers, 1),
      token: process.env["M2RL_TOKEN"],
      bodyLimit: megabytes * 1e6,
      queueLimit: integerOption("max-rows", values["max-rows"], 1),
    });
    output.stdout.write(`rewards at ${server.url}\n`);
    await ended();
    output.stdout.write("ending: answering what is under way\n");
    await server.close();
    return 0;
  },
};
