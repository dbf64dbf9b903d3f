/** `m2rl serve`: a model folder behind OpenAI's protocol. */
import { parseArgs } from "node:util";
import { startModelServer } from "../cluster/index.js";
import { ended } from "./stop/ended.js";
import { integerOption, onlyArgument, portOption, type Verb } from "./verb.js";

const HELP = `m2rl serve MODEL [options]

Serve a model folder over OpenAI's protocol until it is stopped (Ctrl-C or SIGTERM); requests under way are answered first.

  --port N           default 8392; 0 takes a free one
  --host ADDRESS     default 127.0.0.1, this machine alone
  --name NAME        what clients call the model, default the folder's name
  --max-body MB      largest body, default 4
  --max-requests N   most requests that wait at a time, default 256; beyond it: 503 with Retry-After

The environment variable M2RL_TOKEN, where set, is the bearer token (a client's API key) that requests must carry.

  GET  /v1/models            the one model
  POST /v1/completions       prompt as text or token ids; n, seed, stop, stop_token_ids, max_tokens, temperature, top_p, logprobs,
                             echo, prompt_logprobs, return_token_ids, stream
  POST /v1/chat/completions  messages and tools through the model's chat template; logprobs, top_logprobs, stream
  GET  /version, /metrics    version of m2rl; counters and latencies as Prometheus text
  GET  /healthz              200, or 503 once the server is ending

Requests are decoded one after another: a seed gives the same answer whatever else is asked. What the server does not have is refused.
`;

/** The verb. */
export const serve: Verb = {
  help: HELP,
  async main(args, output) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        port: { type: "string" },
        host: { type: "string" },
        name: { type: "string" },
        "max-body": { type: "string" },
        "max-requests": { type: "string" },
      },
    });
    const folder = onlyArgument("serve", "model folder", positionals);
    const megabytes = integerOption("max-body", values["max-body"], 1) ?? 4;
    const server = await startModelServer(folder, {
      port: portOption("port", values.port) ?? 8392,
      host: values.host,
      name: values.name,
      token: process.env["M2RL_TOKEN"],
      bodyLimit: megabytes * 1e6,
      queueLimit: integerOption("max-requests", values["max-requests"], 1),
    });
    output.stdout.write(`${server.name} at ${server.url}/v1\n`);
    await ended();
    output.stdout.write("ending: answering what is under way\n");
    await server.close();
    return 0;
  },
};
