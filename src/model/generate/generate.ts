/** Batched generation: many rows at once, each with its own stop, limits and random stream, and turns answered by a caller. */
import {
  engineKernels,
  startEngine,
  type DecoderCache,
  type DrawnTokens,
} from "../../engine/index.js";
import { key, uniform, type Key } from "../../random.js";
import { Decoder } from "./decode.js";
import { decoderModel } from "../forward/forward.js";
import type { Policy } from "../policy.js";
import { sample, sampleRows } from "./sample.js";

/** What ended a turn: the stop token, or a limit on tokens. */
export type TurnFinish = "stop" | "length";

/** One turn that a row has just finished. */
export interface Turn {
  /** Sampled tokens of this turn, stop token included. */
  tokens: number[];
  finish: TurnFinish;
}

/** How to generate. */
export interface GenerateOptions {
  /** Most sampled tokens of one turn, for all rows or one number per row. */
  maxNewTokens: number | readonly number[];
  /** Token that ends a turn, or several of which each does. */
  stop: number | readonly number[];
  /** 0 is greedy; default 1. */
  temperature?: number;
  /** Nucleus, (0, 1]; default 1. */
  topP?: number;
  seed: number;
  /** Name of each row's random stream: a row's tokens depend on its stream, not on its neighbours. */
  streams: readonly string[];
  /** Tokens that no turn begins with; the others are drawn in proportion to their probabilities. Default none. */
  notFirst?: readonly number[];
  /** Tokens to append after a turn (tool results and the next header) to go on, or null to end the row; default: end. */
  onTurn?: (row: number, turn: Turn) => readonly number[] | null;
  /**
   * Called with each sampled token and the probabilities it was drawn from, (V), which are valid during the call alone; true ends the
   * turn with finish "stop".
   */
  onToken?: (
    row: number,
    token: number,
    probabilities: Float32Array,
  ) => boolean;
  /** Most tokens of prompt and completion together; default and ceiling: the model's positions. */
  maxTotal?: number;
  /** Most rows decoded together, default 512: a bound on memory. */
  batchSize?: number;
}

/** Everything after one row's prompt. */
export interface Completion {
  /** All tokens after the prompt, appended ones included: exactly what the model saw. */
  tokens: number[];
  /** True where the model sampled the token, false where it was appended. */
  sampled: boolean[];
  /** Natural log-probability of each sampled token under softmax(logits / temperature), before any nucleus; 0 for appended ones. */
  logprobs: number[];
  /** How the last turn ended. */
  finish: TurnFinish;
  turns: number;
}

/** A row in flight. */
interface Row {
  index: number;
  promptLength: number;
  limit: number;
  key: Key;
  completion: Completion;
  turn: number[];
  /** Appended tokens that are still to be fed. */
  queue: number[];
}

/**
 * Generate completions of many prompts.
 *
 * Appended tokens are fed through the same cache, one per step beside rows that sample, so that a tool turn never re-reads its history.
 *
 * @param prompts one token list per row; equal prompts are read once
 * @throws RangeError an option is out of range, a prompt is empty or leaves no room
 * @example
 * generate(policy, [tokenizer.encode("1+1=")], { maxNewTokens: 4, stop: 2, seed: 1, streams: ["a"] })
 */
export function generate(
  policy: Policy,
  prompts: readonly (readonly number[])[],
  options: GenerateOptions,
): Completion[] {
  const steps = generateSteps(policy, prompts, options);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/**
 * The steps of `generate`, one token per row at a time, for a caller that has other things to do between them. A caller that goes on no
 * further must call `return()`, which frees the cache.
 *
 * @returns the completions, once all rows have ended
 * @throws RangeError as `generate`, at the first step
 */
export function* generateSteps(
  policy: Policy,
  prompts: readonly (readonly number[])[],
  options: GenerateOptions,
): Generator<void, Completion[]> {
  const settings = settingsOf(policy, prompts, options);
  startEngine();
  const { batchSize = 512 } = options;
  const completions: Completion[] = [];
  for (let start = 0; start < prompts.length; start += batchSize) {
    const batch = prompts.slice(start, start + batchSize);
    const rows = batch.map((prompt, i) =>
      newRow(start + i, prompt.length, settings),
    );
    yield* decodeBatch(policy, batch, rows, settings);
    completions.push(...rows.map((row) => row.completion));
  }
  return completions;
}

/** Options of `generate`, checked and complete. */
type Settings = GenerateOptions & {
  temperature: number;
  topP: number;
  maxTotal: number;
  stops: ReadonlySet<number>;
  /** Most sampled tokens of a turn, per row. */
  limits: readonly number[];
};

function settingsOf(
  policy: Policy,
  prompts: readonly (readonly number[])[],
  options: GenerateOptions,
): Settings {
  const { maxNewTokens, streams, temperature = 1, topP = 1 } = options;
  const maxTotal = Math.min(
    options.maxTotal ?? Infinity,
    policy.config.maxPositions,
  );
  if (!(temperature >= 0))
    throw new RangeError(
      `generate: temperature must be at least 0, got ${temperature}`,
    );
  if (!(topP > 0 && topP <= 1))
    throw new RangeError(`generate: topP must be in (0, 1], got ${topP}`);
  if (streams.length !== prompts.length) {
    throw new RangeError(
      `generate: streams must have one name for each of ${prompts.length} prompts, got ${streams.length}`,
    );
  }
  const limits =
    typeof maxNewTokens === "number"
      ? prompts.map(() => maxNewTokens)
      : maxNewTokens;
  prompts.forEach((prompt, i) => {
    if (prompt.length < 1 || prompt.length >= maxTotal) {
      throw new RangeError(
        `generate: prompt ${i} must have 1 to ${maxTotal - 1} tokens, got ${prompt.length}`,
      );
    }
    if (!(Number.isInteger(limits[i]) && limits[i]! > 0)) {
      throw new RangeError(
        `generate: maxNewTokens must be a positive integer for every row, got ${limits[i]} for row ${i}`,
      );
    }
  });
  const stops = new Set([options.stop].flat());
  return { ...options, temperature, topP, maxTotal, stops, limits };
}

function newRow(
  index: number,
  promptLength: number,
  { seed, streams, limits }: Settings,
): Row {
  return {
    index,
    promptLength,
    limit: limits[index]!,
    key: key(seed, streams[index]!),
    completion: {
      ...{ tokens: [], sampled: [], logprobs: [] },
      ...{ finish: "stop", turns: 0 },
    },
    turn: [],
    queue: [],
  };
}

/** The decoder of the engine where it has one, else ours. */
function openDecoder({ weights, config }: Policy, scale: number): DecoderCache {
  const { decoder } = engineKernels();
  return decoder
    ? decoder.cache(decoderModel(weights, config), scale)
    : new Decoder(weights, config, scale);
}

function* decodeBatch(
  policy: Policy,
  prompts: readonly (readonly number[])[],
  rows: Row[],
  settings: Settings,
): Generator<void, void> {
  const { temperature } = settings;
  const decoder = openDecoder(policy, temperature > 0 ? 1 / temperature : 1);
  try {
    decoder.prefill(prompts);
    // A slot is a row of the cache; finished rows leave an empty slot until the batch is packed.
    let slots: (Row | undefined)[] = [...rows];
    for (;;) {
      const next = advanceAll(decoder, slots, settings);
      next.forEach((token, slot) => {
        if (token < 0) slots[slot] = undefined;
      });
      const live = slots.flatMap((row, slot) => (row ? [slot] : []));
      if (live.length === 0) return;
      let tokens = next.map((token) => Math.max(token, 0)); // an empty slot is fed any token
      if (
        live.length < 0.8 * slots.length ||
        (live.length < slots.length && live.length < 16)
      ) {
        decoder.keepRows(live);
        slots = live.map((slot) => slots[slot]);
        tokens = Int32Array.from(live, (slot) => next[slot]!);
      }
      decoder.step(tokens);
      yield;
    }
  } finally {
    decoder.dispose();
  }
}

/** Choose the next token of every slot: −1 where it is empty or its row is finished. */
function advanceAll(
  decoder: DecoderCache,
  slots: readonly (Row | undefined)[],
  settings: Settings,
): Int32Array {
  const drawn = slots.some((row) => row?.queue.length === 0)
    ? draw(decoder, slots, settings)
    : undefined;
  return Int32Array.from(slots, (row, slot) => {
    if (!row) return -1;
    const queued = row.queue.shift();
    if (queued !== undefined) {
      record(row.completion, queued, false, 0);
      return queued;
    }
    const [token, logprob] = [drawn!.tokens[slot]!, drawn!.logprobs[slot]!];
    record(row.completion, token, true, logprob);
    const isEnded =
      settings.onToken !== undefined &&
      settings.onToken(row.index, token, rowOf(decoder, slot, slots.length));
    return endTurn(row, token, isEnded, settings) ?? token;
  });
}

/** Draw for the slots that sample. */
function draw(
  decoder: DecoderCache,
  slots: readonly (Row | undefined)[],
  settings: Settings,
): DrawnTokens {
  const { temperature, topP, notFirst = [] } = settings;
  const uniforms =
    temperature === 0
      ? null
      : Float64Array.from(slots, (row) =>
          row?.queue.length === 0
            ? uniform(row.key, row.completion.tokens.length)
            : NaN,
        );
  const drawn =
    topP < 1
      ? sampleRows(decoder.probabilities(), slots.length, uniforms, topP)
      : decoder.draw(uniforms);
  return notFirst.length === 0
    ? drawn
    : redrawFirst(decoder, slots, drawn, uniforms, settings);
}

/** Draw the first tokens of turns again, among those that a turn may begin with. */
function redrawFirst(
  decoder: DecoderCache,
  slots: readonly (Row | undefined)[],
  drawn: DrawnTokens,
  uniforms: Float64Array | null,
  { topP, notFirst = [] }: Settings,
): DrawnTokens {
  const tokens = Int32Array.from(drawn.tokens);
  const logprobs = Float64Array.from(drawn.logprobs);
  slots.forEach((row, slot) => {
    if (row?.queue.length !== 0 || row.turn.length > 0) return;
    const own = rowOf(decoder, slot, slots.length);
    const allowed = Float32Array.from(own);
    for (const token of notFirst) allowed[token] = 0;
    const u = uniforms?.[slot] ?? 0;
    const token = sample(allowed, u, { greedy: uniforms === null, topP });
    tokens[slot] = token;
    logprobs[slot] = Math.log(own[token]!);
  });
  return { tokens, logprobs };
}

/** The probabilities that a slot's token was drawn from, (V). */
function rowOf(
  decoder: DecoderCache,
  slot: number,
  slots: number,
): Float32Array {
  const all = decoder.probabilities();
  const V = all.length / slots;
  return all.subarray(slot * V, (slot + 1) * V);
}

/** Handle the end of a turn, if the row's newest token ends it: −1 when the row is finished, undefined when it goes on. */
function endTurn(
  row: Row,
  token: number,
  isEnded: boolean,
  settings: Settings,
): number | undefined {
  const { completion } = row;
  row.turn.push(token);
  const full = row.promptLength + completion.tokens.length >= settings.maxTotal;
  const stopped = isEnded || settings.stops.has(token);
  if (!stopped && row.turn.length < row.limit && !full) return undefined;
  completion.finish = stopped ? "stop" : "length";
  completion.turns++;
  const appended =
    settings.onTurn?.(row.index, {
      tokens: row.turn,
      finish: completion.finish,
    }) ?? null;
  row.turn = [];
  if (appended === null || appended.length === 0) return -1;
  if (
    row.promptLength + completion.tokens.length + appended.length >=
    settings.maxTotal
  ) {
    completion.finish = "length"; // the answer to the turn does not fit: nothing more can be sampled
    return -1;
  }
  row.queue.push(...appended);
  return undefined;
}

function record(
  completion: Completion,
  token: number,
  sampled: boolean,
  logprob: number,
): void {
  completion.tokens.push(token);
  completion.sampled.push(sampled);
  completion.logprobs.push(logprob);
}
