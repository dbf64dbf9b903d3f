/**
 * Plays slime's rollout layer by its protocol, from the arguments of a job: reads the rows by the keys that the flags name, repeats each
 * n times, asks the sampling server by token ids, asks for rewards as its remote_rm does, and normalises within groups.
 */
import { readFileSync } from "node:fs";
import {
  Tokenizer,
  renderChat,
  type Message,
} from "../../../src/tokenizer/index.js";

/** One answer, as slime carries it. */
export interface Sample {
  group: number;
  prompt: string;
  tokens: number[];
  response: string;
  responseLength: number;
  label: unknown;
  metadata: { source_name: string; rm_type: string; uid: string };
  reward?: number;
}

/** The value behind a flag; undefined where it is not there. */
export function valueOf(
  args: readonly string[],
  flag: string,
): string | undefined {
  const at = args.indexOf(`--${flag}`);
  return at < 0 ? undefined : args[at + 1];
}

/** slime's remote_rm: exactly these three keys, another try after any answer that is no JSON of status 2xx. */
async function remoteReward(
  url: string,
  { prompt, response, label }: Sample,
): Promise<number> {
  for (let attempt = 0; attempt < 10; attempt++) {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ prompt, response, label }),
    });
    if (
      answer.ok &&
      answer.headers.get("content-type")?.startsWith("application/json")
    )
      return (await answer.json()) as number;
  }
  throw new Error("remote_rm: ten tries failed");
}

/** GRPO's normalisation: only where the count is exact are groups groups; otherwise the whole batch is one. */
export function normalised(
  rewards: readonly number[],
  batch: number,
  group: number,
): number[] {
  const size = rewards.length === batch * group ? group : rewards.length;
  return rewards.map((reward, i) => {
    const own = rewards.slice(
      Math.floor(i / size) * size,
      (Math.floor(i / size) + 1) * size,
    );
    const mean = own.reduce((a, b) => a + b, 0) / own.length;
    const spread = Math.sqrt(
      own.reduce((a, b) => a + (b - mean) ** 2, 0) /
        Math.max(1, own.length - 1),
    );
    return (reward - mean) / (spread + 1e-6);
  });
}

/** One rollout step of a job. */
export async function rollout(
  args: readonly string[],
  tokenizer: Tokenizer,
  sampler: string,
): Promise<Sample[]> {
  const need = (flag: string): string => {
    const value = valueOf(args, flag);
    if (value === undefined) throw new Error(`--${flag} is missing`);
    return value;
  };
  const rows = readFileSync(need("prompt-data"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const batch = Number(need("rollout-batch-size"));
  const count = Number(need("n-samples-per-prompt"));
  const stop = args
    .slice(args.indexOf("--rollout-stop-token-ids") + 1)
    .map(Number);
  const ends = stop.slice(0, stop.findIndex(Number.isNaN));
  const samples = rows.slice(0, batch).flatMap((row, group) => {
    const messages = row[need("input-key")] as Message[];
    const prompt = renderChat(messages, { addGenerationPrompt: true });
    return Array.from({ length: count }, (): Sample => ({
      ...{ group, prompt, tokens: tokenizer.encode(prompt) },
      ...{ response: "", responseLength: 0, label: row[need("label-key")] },
      metadata: row[need("metadata-key")] as Sample["metadata"],
    }));
  });
  await Promise.all(
    samples.map(async (sample) => {
      const answer = await fetch(`${sampler}/generate`, {
        method: "POST",
        body: JSON.stringify({
          input_ids: sample.tokens,
          sampling_params: {
            temperature: Number(need("rollout-temperature")),
            max_new_tokens: Number(need("rollout-max-response-len")),
            stop_token_ids: ends,
            skip_special_tokens: false,
          },
          return_logprob: true,
        }),
      });
      const { meta_info: meta } = (await answer.json()) as {
        meta_info: { output_token_logprobs: [number, number][] };
      };
      const ids = meta.output_token_logprobs.map(([, id]) => id);
      sample.tokens = [...sample.tokens, ...ids];
      sample.response = tokenizer.decode(ids);
      sample.responseLength = ids.length;
      if (
        sample.metadata.rm_type === "remote_rm" &&
        valueOf(args, "custom-rm-path") === undefined
      )
        sample.reward = await remoteReward(need("rm-url"), sample);
    }),
  );
  return samples;
}
