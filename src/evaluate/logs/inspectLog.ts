/** Logs of Inspect (inspect-ai): our records as an EvalLog, and an EvalLog as records. */
import { hashText } from "../../io/index.js";
import type { EvaluationRecord, RecordsFile } from "../records.js";
import { avgAtK } from "../avgAtK.js";
import { recordsOf, refuse, rewardOf, type LogSample } from "./logSample.js";

type Fields = Readonly<Record<string, unknown>>;

const SCORER = "m2rl";

function sampleOf(
  record: EvaluationRecord,
  model: string,
  prompt: string | undefined,
): object {
  const { task, sample, reward, outcome, finish, tokens } = record;
  const { completion = "", detail } = record;
  const message = {
    role: "assistant",
    content: completion,
    source: "generate",
  };
  const usage = {
    input_tokens: 0,
    output_tokens: tokens,
    total_tokens: tokens,
  };
  return {
    id: task,
    epoch: sample + 1,
    input: prompt ?? "",
    target: "",
    messages: [],
    output: {
      model,
      choices: [
        { message, stop_reason: finish === "stop" ? "stop" : "max_tokens" },
      ],
      usage,
    },
    scores: {
      [SCORER]: {
        value: reward === 1 ? "C" : outcome === "noAnswer" ? "N" : "I",
        ...(detail === undefined ? {} : { explanation: detail }),
        metadata: { outcome },
      },
    },
    metadata: {},
    store: {},
    events: [],
    model_usage: { [model]: usage },
    attachments: {},
  };
}

/**
 * An evaluation as an EvalLog of Inspect, version 2: what `inspect view` shows and `inspect_ai.log.read_eval_log` reads, from a file
 * whose name ends in `.json`. The model is named `m2rl/<identity>`; texts are there where the records kept them.
 *
 * @param prompts  text of each task by its identity, where it is known
 * @param created  time of the evaluation, ISO 8601 with its zone
 * @example
 * const records = readRecords("data/hard/runs/full/seed1/scores/sft/aime24.jsonl");
 * JSON.stringify(inspectLog(records, { created: "2026-01-01T00:00:00+00:00" }))
 */
export function inspectLog(
  { header, records }: Omit<RecordsFile, "bytes">,
  {
    created,
    prompts = new Map<string, string>(),
  }: { created: string; prompts?: ReadonlyMap<string, string> },
): object {
  const { benchmark, samples, seed, temperature, topP } = header;
  const model = `m2rl/${header.model || "model"}`;
  const id = hashText(JSON.stringify(header)).slice(0, 22);
  const ids = [...new Set(records.map(({ task }) => task))];
  const items = ids.map((task) =>
    records.filter((each) => each.task === task).map(({ reward }) => reward),
  );
  const { mean: score, se } = avgAtK(items);
  const metric = (name: string, value: number): object => ({
    [name]: { name, value, params: {} },
  });
  const config = { temperature, top_p: topP, seed };
  return {
    version: 2,
    status: "success",
    eval: {
      ...{ eval_id: id, run_id: id, created, task: benchmark, task_id: id },
      ...{ task_version: 0, task_attribs: {}, task_args: {} },
      dataset: {
        ...{ name: benchmark, samples: ids.length, sample_ids: ids },
        shuffled: false,
      },
      ...{ model, model_generate_config: config, model_args: {} },
      config: { epochs: samples },
      packages: {},
      metadata: { m2rl: header },
      scorers: [{ name: SCORER, options: {}, metrics: [], metadata: {} }],
    },
    plan: { name: "plan", steps: [], config },
    results: {
      total_samples: records.length,
      completed_samples: records.length,
      scores: [
        {
          ...{ name: SCORER, scorer: SCORER, reducer: "mean", params: {} },
          metrics: {
            ...metric("accuracy", score),
            ...metric("stderr", se),
          },
        },
      ],
    },
    stats: { started_at: created, completed_at: created, model_usage: {} },
    samples: records.map((record) =>
      sampleOf(record, model, prompts.get(record.task)),
    ),
  };
}

function fields(value: unknown, where: string, what: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return refuse(where, `${what} must be an object`);
  return value as Fields;
}

/** The text of a message, whose content may be a list of parts. */
function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content
    .map((part: unknown) => String((part as Fields | null)?.["text"] ?? ""))
    .join("");
}

function readSample(
  value: unknown,
  scorer: string | undefined,
  where: string,
): LogSample {
  const sample = fields(value, where, "sample");
  if (sample["error"] !== undefined && sample["error"] !== null)
    refuse(
      where,
      `sample ${String(sample["id"])} must be graded, got an error`,
    );
  const scores = fields(sample["scores"], where, "scores");
  const names = Object.keys(scores);
  const name = scorer ?? (names.length === 1 ? names[0]! : undefined);
  if (name === undefined || !Object.hasOwn(scores, name))
    return refuse(
      where,
      `scorer must be one of ${names.join(", ")}, got ${scorer ?? "none"}`,
    );
  const score = fields(scores[name], where, "score");
  const output = fields(sample["output"], where, "output");
  const [choice] = (output["choices"] ?? []) as Fields[];
  const stop = choice?.["stop_reason"];
  const usage = (output["usage"] ?? {}) as Fields;
  const completion = textOf(
    (choice?.["message"] as Fields | undefined)?.["content"],
  );
  const { explanation } = score as { explanation?: unknown };
  return {
    task: String(sample["id"]),
    reward: rewardOf(score["value"], where),
    finish:
      stop === "max_tokens" || stop === "model_length" ? "length" : "stop",
    tokens: Number(usage["output_tokens"] ?? 0),
    noAnswer: score["value"] === "N" || score["answer"] === "",
    ...(completion === "" ? {} : { completion }),
    ...(typeof explanation === "string" ? { detail: explanation } : {}),
  };
}

/**
 * The records of an EvalLog of Inspect that is complete: epochs become samples, C and 1 are right, I, N and 0 are not.
 *
 * @param log      parsed JSON (`inspect log convert --to json` makes it from an `.eval` file)
 * @param options  scorer: whose grade counts, default the only one · where: name for messages
 * @throws TaskError the log is no such log, not complete, or a grade is neither right nor wrong
 * @example
 * const log = inspectLog(readRecords("data/hard/runs/full/seed1/scores/sft/aime24.jsonl"), { created: "2026-01-01T00:00:00+00:00" });
 * readInspectLog(log).header.benchmark // "aime24"
 */
export function readInspectLog(
  log: unknown,
  { scorer, where = "inspect log" }: { scorer?: string; where?: string } = {},
): Omit<RecordsFile, "bytes"> {
  const all = fields(log, where, "log");
  if (all["status"] !== "success")
    refuse(
      where,
      `status must be success, got ${JSON.stringify(all["status"])}`,
    );
  const about = fields(all["eval"], where, "eval");
  const config = ((all["plan"] as Fields | undefined)?.["config"] ??
    {}) as Fields;
  if (!Array.isArray(all["samples"]))
    return refuse(where, "log must hold its samples, got none");
  const samples = (all["samples"] as unknown[]).map((sample) => ({
    epoch: Number((sample as Fields)["epoch"] ?? 1),
    ...readSample(sample, scorer, where),
  }));
  const order = new Map(
    [...new Set(samples.map(({ task }) => task))].map((task, i) => [task, i]),
  );
  const sorted = samples.sort(
    (a, b) => order.get(a.task)! - order.get(b.task)! || a.epoch - b.epoch,
  );
  const number = (key: string): number | undefined =>
    typeof config[key] === "number" ? config[key] : undefined;
  return recordsOf(
    {
      benchmark: String(about["task"]),
      model: String(about["model"]),
      seed: number("seed"),
      temperature: number("temperature"),
      topP: number("top_p"),
    },
    sorted.map(({ epoch: _, ...sample }) => sample),
    `inspect ${String(about["eval_id"] ?? about["task_id"] ?? "")}`.trim(),
    where,
  );
}
