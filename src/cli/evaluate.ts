/** `m2rl evaluate`: score a model folder on benchmarks. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  BENCHMARK_NAMES,
  BENCHMARKS,
  benchmarkSpec,
  evaluate as evaluateOne,
  mean,
} from "../evaluate/index.js";
import { loadPolicy } from "../model/index.js";
import { hashModel } from "../checkpoint/index.js";
import {
  integerOption,
  numberOption,
  textTable,
  UsageError,
  type Verb,
} from "./verb.js";

const LIST = BENCHMARKS.map(
  ({ name, title, about }) => `  ${name.padEnd(8)} ${title}: ${about}`,
).join("\n");

const HELP = `m2rl evaluate MODEL [options]

Score a model folder: Avg@K in percent with its 95 % interval.

  --benchmark NAME   one benchmark; may be repeated; default all
  --items N          items per benchmark, default 100
  --samples K        samples per item, default 4
  --seed N           seed of the sampling, default 0
  --temperature T    default 1
  --records FOLDER   keep one record a sample there, and go on from what is there

Benchmarks
${LIST}
`;

const percent = (share: number): string => (100 * share).toFixed(1);

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
      },
    });
    const [folder, ...more] = positionals;
    if (folder === undefined || more.length > 0) {
      throw new UsageError(
        `evaluate must be given one model folder, got ${positionals.length}; m2rl evaluate --help`,
      );
    }
    const items = integerOption("items", values.items, 1);
    const samples = integerOption("samples", values.samples, 1);
    const seed = integerOption("seed", values.seed, 0);
    const temperature = numberOption("temperature", values.temperature, 0, 10);
    const names = (values.benchmark ?? BENCHMARK_NAMES).map(
      (name) => benchmarkSpec(name).name,
    );
    const { policy, tokenizer } = loadPolicy(folder);
    const model = hashModel(folder);
    const rows = [
      ["benchmark", "score", "95 % interval", "items", "K", "truncated"],
    ];
    const scores: number[] = [];
    for (const name of names) {
      const recordsPath =
        values.records === undefined
          ? undefined
          : join(values.records, `${name}.jsonl`);
      const result = await evaluateOne(policy, tokenizer, name, {
        items,
        samples,
        seed,
        temperature,
        recordsPath,
        model,
      });
      if (output.stderr.isTTY)
        output.stderr.write(`${name} ${percent(result.mean)}\n`);
      scores.push(result.mean);
      rows.push([
        benchmarkSpec(name).title,
        percent(result.mean),
        `${percent(result.low)} – ${percent(result.high)}`,
        String(result.items),
        String(result.samples),
        `${percent(result.outcomes.truncated)} %`,
      ]);
    }
    policy.dispose();
    if (names.length > 1)
      rows.push(["Avg.", percent(mean(scores)), "", "", "", ""]);
    output.stdout.write(`${textTable(rows)}\n`);
    return 0;
  },
};
