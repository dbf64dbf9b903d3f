/** Logs of lm-evaluation-harness: our records as its samples and results, and its samples as records. */
import { hashText } from "../../io/index.js";
import { avgAtK } from "../avgAtK.js";
import type { EvaluationRecord, RecordsFile } from "../records.js";
import { recordsOf, refuse, rewardOf, type LogSample } from "./logSample.js";

type Fields = Readonly<Record<string, unknown>>;

const METRIC = "exact_match";

/** An evaluation as lm-eval writes it: results_*.json, and the lines of samples_TASK_*.jsonl. */
export interface LmEvalLog {
  results: object;
  samples: object[];
}

/**
 * An evaluation as the files of lm-eval (`--log_samples`): one line per sample, repeated samples of a task under one doc_id. What lm-eval has
 * no field for stands under `m2rl`, so that reading it back gives the same records.
 *
 * @param prompts  text of each task by its identity, where it is known
 * @example
 * lmEvalLog(readRecords("data/hard/runs/full/seed1/scores/sft/aime24.jsonl")).samples[0]
 */
export function lmEvalLog(
  { header, records }: Omit<RecordsFile, "bytes">,
  {
    prompts = new Map<string, string>(),
  }: { prompts?: ReadonlyMap<string, string> } = {},
): LmEvalLog {
  const { benchmark, samples, seed, temperature, topP, model } = header;
  const ids = [...new Set(records.map(({ task }) => task))];
  const index = new Map(ids.map((id, i) => [id, i]));
  const items = ids.map((task) =>
    records.filter((each) => each.task === task).map(({ reward }) => reward),
  );
  const { mean: score, se } = avgAtK(items);
  const generation = { temperature, top_p: topP, do_sample: temperature > 0 };
  const results = {
    results: {
      [benchmark]: {
        alias: benchmark,
        [`${METRIC},none`]: score,
        [`${METRIC}_stderr,none`]: se,
      },
    },
    configs: {
      [benchmark]: {
        ...{ task: benchmark, output_type: "generate_until" },
        ...{ generation_kwargs: generation, repeats: samples },
      },
    },
    versions: { [benchmark]: 0 },
    "n-shot": { [benchmark]: 0 },
    higher_is_better: { [benchmark]: { [METRIC]: true } },
    "n-samples": {
      [benchmark]: { original: ids.length, effective: ids.length },
    },
    config: {
      ...{ model: "m2rl", model_args: { pretrained: model } },
      random_seed: seed,
    },
    ...{ model_source: "m2rl", model_name: model },
  };
  return {
    results,
    samples: records.map((record) =>
      lineOf(record, index.get(record.task)!, prompts, generation),
    ),
  };
}

/** One sample as a line. */
function lineOf(
  { completion = "", ...record }: EvaluationRecord,
  index: number,
  prompts: ReadonlyMap<string, string>,
  generation: object,
): object {
  const prompt = prompts.get(record.task) ?? "";
  const hash = (value: unknown): string => hashText(JSON.stringify(value));
  return {
    doc_id: index,
    doc: { id: record.task, prompt },
    target: "",
    arguments: { gen_args_0: { arg_0: prompt, arg_1: generation } },
    resps: [[completion]],
    filtered_resps: [completion],
    filter: "none",
    metrics: [METRIC],
    doc_hash: hash(record.task),
    prompt_hash: hash(prompt),
    target_hash: hash(""),
    [METRIC]: record.reward,
    m2rl: record,
  };
}

/** The first text among the answers of a line, however deep they lie. */
function firstText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return Array.isArray(value) ? firstText(value[0]) : undefined;
}

/**
 * The records of one task's samples of lm-eval. It counts no tokens and does not say how an answer ended: tokens are 0 and the answer
 * counts as finished, except in what m2rl exported.
 *
 * @param lines    parsed lines of samples_TASK_*.jsonl
 * @param options  benchmark and model, which the lines do not hold · metric: which grade counts, default the only one · filter: which
 *   extraction, default the first line's · where: name for messages
 * @throws TaskError a line is no sample, a grade is neither 0 nor 1, or tasks have unequal numbers of samples
 * @example
 * const { samples } = lmEvalLog(readRecords("data/hard/runs/full/seed1/scores/sft/aime24.jsonl"));
 * readLmEvalLog(samples, { benchmark: "aime24", model: "sft" }).records.length
 */
export function readLmEvalLog(
  lines: readonly unknown[],
  {
    benchmark,
    model,
    metric,
    filter,
    where = "lm-eval log",
  }: {
    benchmark: string;
    model: string;
    metric?: string;
    filter?: string;
    where?: string;
  },
): Omit<RecordsFile, "bytes"> {
  const all = lines.map((line, i): Fields => {
    if (typeof line !== "object" || line === null || !("doc_id" in line))
      return refuse(where, `line ${i + 1} must be a sample with a doc_id`);
    return line as Fields;
  });
  const wanted = filter ?? String(all[0]?.["filter"] ?? "none");
  const own = all.filter((line) => String(line["filter"] ?? "none") === wanted);
  if (own.length === 0)
    refuse(
      where,
      `filter must be one of ${[...new Set(all.map((line) => String(line["filter"])))].join(", ") || "none"}, got ${wanted}`,
    );
  const names = (own[0]!["metrics"] ?? []) as string[];
  const name = metric ?? (names.length === 1 ? names[0]! : undefined);
  if (name === undefined || !(name in own[0]!))
    return refuse(
      where,
      `metric must be one of ${names.join(", ")}, got ${metric ?? "none"}`,
    );
  const generation = generationOf(own[0]!);
  const samples = own.map((line) => sampleOf(line, name, benchmark, where));
  return recordsOf(
    { benchmark, model, ...generation },
    samples,
    `lm-eval ${hashText(JSON.stringify(own.map((line) => line["doc_hash"] ?? line["doc_id"]))).slice(0, 16)}`,
    where,
  );
}

/** What a line says of its sample; what m2rl exported says more. */
function sampleOf(
  line: Fields,
  metric: string,
  benchmark: string,
  where: string,
): LogSample {
  const kept = (line["m2rl"] ?? {}) as Partial<EvaluationRecord>;
  const completion = firstText(line["resps"]) ?? "";
  return {
    task: kept.task ?? `${benchmark}/${String(line["doc_id"])}`,
    reward: rewardOf(line[metric], where),
    finish: kept.finish ?? "stop",
    tokens: kept.tokens ?? 0,
    // What lm-eval's filters say where they find nothing.
    noAnswer:
      kept.outcome === "noAnswer" ||
      firstText(line["filtered_resps"]) === "[invalid]",
    ...(completion === "" ? {} : { completion }),
    ...(kept.detail === undefined ? {} : { detail: kept.detail }),
  };
}

/** Temperature and nucleus of a line's request, where it says them. */
function generationOf(line: Fields): { temperature?: number; topP?: number } {
  const first = (line["arguments"] as Fields | undefined)?.["gen_args_0"];
  const given = ((first as Fields | undefined)?.["arg_1"] ?? {}) as Fields;
  const { temperature, top_p: topP } = given;
  return {
    ...(typeof temperature === "number" ? { temperature } : {}),
    ...(typeof topP === "number" ? { topP } : {}),
  };
}
