/** `m2rl evaluate`: score a model folder on benchmarks. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  BENCHMARK_NAMES,
  BENCHMARKS,
  benchmarkSpec,
  type Evaluation,
  evaluateWith,
} from "../evaluate/index.js";
import { mean } from "../stats/index.js";
import { loadPolicy } from "../model/index.js";
import { connectServer, localSampler, type Sampler } from "../rollout/index.js";
import { Tokenizer } from "../tokenizer/index.js";
import { hashModel } from "../checkpoint/index.js";
import {
  integerOption,
  numberOption,
  onlyArgument,
  textTable,
  UsageError,
  type CliOutput,
  type Verb,
} from "./verb.js";

const LIST = BENCHMARKS.map(
  ({ name, title, about }) => `  ${name.padEnd(8)} ${title}: ${about}`,
).join("\n");

const HELP = `m2rl evaluate MODEL [options]
m2rl evaluate --server URL --tokenizer DIR [options]

Score a model folder, or a model behind an OpenAI-compatible server: Avg@K in percent with its 95 % interval.

  --benchmark NAME   one benchmark; may be repeated; default all
  --items N          items per benchmark, default 100
  --samples K        samples per item, default 4
  --seed N           seed of the sampling, default 0
  --temperature T    default 1
  --records FOLDER   keep one record per sample there, and resume from those that exist
  --keep N           keep the text of the first sample of so many items, default 10
  --keep-tokens      keep with each text its tokens and their log-probabilities

  --server URL       ask this server instead; the environment variable M2RL_TOKEN, where set, is its API key
  --tokenizer DIR    folder with the tokenizer.json of the server's model
  --model NAME       which of the server's models, default its only one
  --concurrency N    most requests at a time, default 16
  --timeout SECONDS  of a request, default 600
  --unseeded         accept a server that ignores seeds

Benchmarks
${LIST}
`;

const percent = (share: number): string => (100 * share).toFixed(1);

interface Opened {
  sampler: Sampler;
  end(): void;
}

/** The model to score: of a folder, or of a server. */
async function open(
  positionals: string[],
  values: {
    server?: string;
    tokenizer?: string;
    model?: string;
    concurrency?: string;
    timeout?: string;
    unseeded?: boolean;
  },
  { stderr }: CliOutput,
): Promise<Opened> {
  if (values.server === undefined) {
    const folder = onlyArgument("evaluate", "model folder", positionals);
    const { policy, tokenizer } = loadPolicy(folder);
    return {
      sampler: localSampler(policy, tokenizer, hashModel(folder)),
      end: () => policy.dispose(),
    };
  }
  if (values.tokenizer === undefined || positionals.length > 0)
    throw new UsageError(
      "evaluate --server must be given --tokenizer and no model folder; m2rl evaluate --help",
    );
  const server = await connectServer(
    values.server,
    Tokenizer.fromFile(join(values.tokenizer, "tokenizer.json")),
    {
      model: values.model,
      token: process.env["M2RL_TOKEN"],
      concurrency: integerOption("concurrency", values.concurrency, 1),
      timeout: integerOption("timeout", values.timeout, 1),
      unseeded: values.unseeded,
    },
  );
  const missing = Object.entries(server.abilities)
    .filter(([, works]) => !works)
    .map(([name]) => name);
  stderr.write(
    `${server.identity}${missing.length > 0 ? `; without ${missing.join(", ")}` : ""}\n`,
  );
  return {
    sampler: server,
    end: () => {
      const { requests, retried, promptTokens, sampledTokens } = server.use;
      stderr.write(
        `${requests} requests (${retried} repeated), ${promptTokens} tokens read, ${sampledTokens} sampled\n`,
      );
      server.close();
    },
  };
}

const COLUMNS = [
  "benchmark",
  "score",
  "95 % interval",
  "items",
  "K",
  "truncated",
];

function rowOf(name: string, result: Evaluation): string[] {
  return [
    benchmarkSpec(name).title,
    percent(result.mean),
    `${percent(result.low)} – ${percent(result.high)}`,
    String(result.items),
    String(result.samples),
    `${percent(result.outcomes.truncated)} %`,
  ];
}

/** The verb. */
export const evaluate: Verb = {
  help: HELP,
  async main(args, output) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        benchmark: { type: "string", multiple: true },
        items: { type: "string" },
        samples: { type: "string" },
        seed: { type: "string" },
        temperature: { type: "string" },
        records: { type: "string" },
        keep: { type: "string" },
        "keep-tokens": { type: "boolean" },
        server: { type: "string" },
        tokenizer: { type: "string" },
        model: { type: "string" },
        concurrency: { type: "string" },
        timeout: { type: "string" },
        unseeded: { type: "boolean" },
      },
    });
    const options = {
      items: integerOption("items", values.items, 1),
      samples: integerOption("samples", values.samples, 1),
      seed: integerOption("seed", values.seed, 0),
      temperature: numberOption("temperature", values.temperature, 0, 10),
      keep: integerOption("keep", values.keep, 0),
      keepTokens: values["keep-tokens"],
    };
    const names = (values.benchmark ?? BENCHMARK_NAMES).map(
      (name) => benchmarkSpec(name).name,
    );
    const { sampler, end } = await open(positionals, values, output);
    const rows = [COLUMNS];
    const scores: number[] = [];
    for (const name of names) {
      const recordsPath =
        values.records === undefined
          ? undefined
          : join(values.records, `${name}.jsonl`);
      const result = await evaluateWith(sampler, name, {
        ...options,
        recordsPath,
      });
      if (output.stderr.isTTY)
        output.stderr.write(`${name} ${percent(result.mean)}\n`);
      scores.push(result.mean);
      rows.push(rowOf(name, result));
    }
    end();
    if (names.length > 1)
      rows.push(["Avg.", percent(mean(scores)), "", "", "", ""]);
    output.stdout.write(`${textTable(rows)}\n`);
    return 0;
  },
};
