/** Decoding for a server: one batch at a time, told token by token, and given up when nobody waits for it. */
import { tf } from "../../engine/index.js";
import { breathe } from "../../io/index.js";
import {
  completionDistributions,
  generateSteps,
  scoreSequences,
  type Policy,
  type TurnFinish,
} from "../../model/index.js";
import type { Tokenizer } from "../../tokenizer/index.js";
import { RowText } from "./rowText.js";
import type { Sampling } from "./sampling.js";

/** A token with its natural log-probability, and the likeliest alternatives in falling order. */
export interface ScoredToken {
  id: number;
  logprob: number;
  top: { id: number; logprob: number }[];
}

/** What a step added to a row: a token, text that became certain, its end. */
export interface Delta {
  row: number;
  token: ScoredToken | null;
  text: string;
  finish: TurnFinish | null;
}

/** A model that is served. */
export interface Served {
  policy: Policy;
  tokenizer: Tokenizer;
}

/** A batch to be decoded. */
export interface Batch {
  /** One a row. */
  prompts: readonly (readonly number[])[];
  /** Name of each row's random stream. */
  streams: readonly string[];
  maxTokens: number;
  sampling: Sampling;
  /** Alternatives to report beside each token; null: no log-probabilities either. */
  top: number | null;
}

/** JSON has no −∞: what is as good as impossible is −9999, as other servers write it. */
const finite = (logprob: number): number => Math.max(logprob, -9999);

/** The `count` likeliest of a row of probabilities or log-probabilities, in falling order; among equals the lowest first. */
function likeliest(row: Float32Array, count: number): number[] {
  const best: number[] = [];
  for (let id = 0; id < row.length; id++) {
    if (best.length === count && row[id]! <= row[best.at(-1)!]!) continue;
    let place = best.length;
    while (place > 0 && row[best[place - 1]!]! < row[id]!) place--;
    best.splice(place, 0, id);
    if (best.length > count) best.pop();
  }
  return best;
}

/**
 * Decode a batch. Between steps the event loop turns, so that requests are heard and pieces are sent.
 *
 * @param onDelta  told of each token, piece of text and end, row by row within a step
 * @param signal   ends the work at the next step
 * @throws RangeError a prompt is empty or leaves no room · the signal's reason
 */
export async function decode(
  { policy, tokenizer }: Served,
  { prompts, streams, maxTokens, sampling, top }: Batch,
  onDelta: (delta: Delta) => void,
  signal: AbortSignal,
): Promise<void> {
  const stopIds = new Set(sampling.stopIds);
  const texts = prompts.map(() => new RowText(tokenizer, sampling.stops));
  const steps = generateSteps(policy, prompts, {
    maxNewTokens: maxTokens,
    stop: sampling.stopIds,
    temperature: sampling.temperature,
    topP: sampling.topP,
    seed: sampling.seed,
    streams,
    onToken: (row, id, probabilities) => {
      const alternatives = likeliest(probabilities, top ?? 0);
      const token = {
        id,
        logprob: finite(Math.log(probabilities[id]!)),
        top: alternatives.map((other) => ({
          id: other,
          logprob: finite(Math.log(probabilities[other]!)),
        })),
      };
      const text = stopIds.has(id) ? "" : texts[row]!.push(id);
      onDelta({ row, token, text, finish: null });
      return texts[row]!.stopped;
    },
    onTurn: (row, { finish }) => {
      onDelta({ row, token: null, text: texts[row]!.rest(), finish });
      return null;
    },
  });
  try {
    while (steps.next().done !== true) {
      await breathe();
      signal.throwIfAborted();
    }
  } finally {
    steps.return([]);
  }
}

/**
 * Log-probabilities of a given text under the model, at temperature 1.
 *
 * @param top  alternatives to report beside each token
 * @returns one entry per token; null for the first, which nothing predicts
 */
export function scorePrompt(
  { policy }: Served,
  prompt: readonly number[],
  top: number,
): (ScoredToken | null)[] {
  const logprobs = scoreSequences(policy, [prompt])[0]!;
  const tops = top === 0 ? null : likeliestAfter(policy, prompt, top);
  return prompt.map((id, t) =>
    t === 0
      ? null
      : { id, logprob: finite(logprobs[t]!), top: tops?.[t - 1] ?? [] },
  );
}

/** For each token but the first the likeliest tokens in its place. */
function likeliestAfter(
  policy: Policy,
  prompt: readonly number[],
  top: number,
): ScoredToken["top"][] {
  if (prompt.length < 2) return [];
  let rows = new Float32Array(0);
  tf.tidy(() => {
    const all = { tokens: [...prompt], mask: prompt.map(() => true) };
    rows = completionDistributions(policy.weights, policy.config, [
      all,
    ]).dataSync() as Float32Array<ArrayBuffer>;
  });
  const V = policy.config.vocabSize;
  return Array.from({ length: prompt.length - 1 }, (_, t) => {
    const row = rows.subarray(t * V, (t + 1) * V);
    return likeliest(row, top).map((id) => ({ id, logprob: finite(row[id]!) }));
  });
}
